-- Gives a table the row-level security, the policies and the grants of another.
create function copy_walls(p_from text, p_to text) returns void
language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_statement text;
begin
  for v_statement in
    select format('alter table %I enable row level security', p_to)
    from pg_class where oid = p_from::regclass and relrowsecurity
    union all
    select format('create policy %I on %I as %s for %s to %s', policyname, p_to, permissive, cmd,
        (select string_agg(case r when 'public' then r else quote_ident(r) end, ', ') from unnest(roles::text[]) r))
      || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '')
    from pg_policies where schemaname = 'stageline' and tablename = p_from
    union all
    select format('grant %s on %I to %s', g.privilege_type, p_to, case g.grantee when 0 then 'public' else g.grantee::regrole::text end)
    from pg_class c, aclexplode(c.relacl) g where c.oid = p_from::regclass and g.grantee <> c.relowner
  loop
    execute v_statement;
  end loop;
end $$;
