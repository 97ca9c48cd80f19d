-- Writes put_read_models(tables text[], rows jsonb[]): the rows of any read models, each read model's together, by a statement of its own whose
-- plan is kept, where a dynamic one would be planned for every append.
create or replace function define_put_read_models() returns void language plpgsql as $$
declare
  v_names text[];
  v_puts  text;
begin
  select array_agg(name order by name),
    string_agg(format('if %1$L = any (p_tables) then perform %2$I(to_jsonb(array(
      select r from unnest(p_tables, p_rows) as u(t, r) where t = %1$L))); end if;', name, 'put_' || name), e'\n' order by name)
  into v_names, v_puts from read_models;
  execute format($f$
    create or replace function put_read_models(p_tables text[], p_rows jsonb[]) returns void language plpgsql as $b$
    begin
      if not p_tables <@ %1$L::text[] then raise exception 'there is no such read model among %%', p_tables; end if;
      %2$s
    end $b$ $f$, v_names, v_puts);
end $$;
select define_put_read_models();
