-- Run at start for each read model of the software that starts, before its first command. Answers the version that its rows were built
-- by. A higher version asks for a rebuild, and so does a read model that was never built; where there is no event yet, both are built.
-- A rebuild of a lower version that is open is begun anew: whoever is at it is refused its next step, as after a takeover.
create function know_read_model(p_name text, p_version int, p_rebuild uuid) returns int
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_built int;
begin
  select built_version into v_built from read_models where name = p_name for no key update;
  if not found then raise exception 'there is no table for the read model %', p_name; end if;
  if coalesce(v_built, 0) < p_version and not exists (select from stage_events) then
    v_built := p_version;
    update read_models set built_version = p_version where name = p_name;
  end if;
  if v_built is null or v_built < p_version then
    insert into projection_rebuilds as r (id, name, version, reason)
    values (p_rebuild, p_name, p_version, case when v_built is null then 'never-built' else 'version-raised' end)
    on conflict (name) where status in ('requested', 'running') do update
      set version = excluded.version, reason = excluded.reason, status = 'requested', phase = null, attempt = r.attempt + 1
      where r.version < excluded.version;
  end if;
  return v_built;
end $$;
grant execute on function know_read_model to stageline_app;
