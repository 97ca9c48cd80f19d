-- Adds rows to a table that has no index yet: every stream comes once.
create function load_rebuild(p_rebuild uuid, p_attempt int, p_rows json) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_next text := require_rebuild(p_rebuild, p_attempt) || '_next';
begin
  execute format('insert into %1$I select * from json_populate_recordset(null::%1$I, $1)', v_next) using p_rows;
end $$;
grant execute on function load_rebuild to stageline_app;
