-- Whether a process is rebuilding. It is gone when the database no longer has its session, or its heart has not beaten for p_stale.
create function is_rebuilding(p_stale interval) returns boolean
language sql stable set search_path = stageline, pg_temp as $$
  select exists (select from projection_rebuilds r join pg_stat_activity a on a.pid = r.backend_pid
                 where r.status = 'running' and r.heartbeat_at > clock_timestamp() - p_stale)
$$;
grant execute on function is_rebuilding to stageline_app;

-- Takes the next rebuild for this session: one whose process is gone, else the one that waits longest; none while another is running. A
-- step under way holds the row (key share), so that a rebuild is not taken over within a step, however long it takes.
create function claim_rebuild(p_names text[], p_versions int[], p_stale interval) returns setof projection_rebuilds
language plpgsql set search_path = stageline, pg_temp as $$
begin
  perform pg_advisory_xact_lock(7733006);
  if is_rebuilding(p_stale) then return; end if;
  return query
    with taken as (
      select r.id, m.version from projection_rebuilds r join unnest(p_names, p_versions) as m(name, version) using (name)
      where r.status in ('requested', 'running') and r.version <= m.version
      order by r.status = 'running' desc, r.requested_at limit 1 for update of r skip locked
    )
    update projection_rebuilds r
    set status = 'running', attempt = r.attempt + 1, version = t.version, phase = 'begin', backend_pid = pg_backend_pid(),
      heartbeat_at = clock_timestamp(), started_at = clock_timestamp(), streams_done = 0, events_done = 0, report = null
    from taken t where r.id = t.id
    returning r.*;
end $$;
grant execute on function claim_rebuild to stageline_app;

-- The fence of every step: answers the read model's name, and keeps the rebuild from being taken over until the step is through.
create function require_rebuild(p_rebuild uuid, p_attempt int) returns text
language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_name text;
begin
  select name into v_name from projection_rebuilds
  where id = p_rebuild and attempt = p_attempt and status = 'running' for key share;
  if not found then
    raise exception using errcode = 'SL020', message = 'the rebuild was taken over by another process';
  end if;
  return v_name;
end $$;
