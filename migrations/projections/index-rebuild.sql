-- Gives `<name>_next` the constraints and indexes of the live table, as the catalog has them, each under its name and `_next`.
create function index_rebuild(p_rebuild uuid, p_attempt int) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live text := require_rebuild(p_rebuild, p_attempt);
  v_next text := v_live || '_next';
  v_statement text;
begin
  for v_statement in
    select format('alter table %I add constraint %I %s', v_next, conname || '_next', pg_get_constraintdef(oid))
    from pg_constraint where conrelid = v_live::regclass and contype in ('p', 'u', 'x', 'f')
    union all
    select format('create %s index %I on %I %s', case when i.indisunique then 'unique' end, c.relname || '_next', v_next,
      substring(pg_get_indexdef(i.indexrelid) from ' (USING .*)$'))
    from plain_indexes(v_live) i join pg_class c on c.oid = i.indexrelid
  loop
    execute v_statement;
  end loop;
  execute format('analyze %I', v_next);
end $$;
grant execute on function index_rebuild to stageline_app;

-- The indexes of a table that belong to no constraint.
create function plain_indexes(p_table text) returns setof pg_index
language sql stable set search_path = stageline, pg_temp as $$
  select * from pg_index i
  where i.indrelid = p_table::regclass and not exists (
    select from pg_constraint k where k.conrelid = i.indrelid and k.conindid = i.indexrelid)
$$;

-- The columns of a table's primary key.
create function key_columns(p_table text) returns text[]
language sql stable set search_path = stageline, pg_temp as $$
  select array_agg(a.attname::text order by a.attnum)
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = p_table::regclass and i.indisprimary
$$;
