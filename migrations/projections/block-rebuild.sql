-- Ends a rebuild that met streams it cannot fold: they are listed, the live table stays as it is.
create function block_rebuild(p_rebuild uuid, p_attempt int, p_parked jsonb) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live text := require_rebuild(p_rebuild, p_attempt);
begin
  perform park_streams(v_live, true, p_parked);
  execute format('drop table if exists %I', v_live || '_next');
  update projection_rebuilds set status = 'blocked', finished_at = clock_timestamp() where id = p_rebuild;
end $$;
grant execute on function block_rebuild to stageline_app;
