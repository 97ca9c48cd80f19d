-- Makes `<name>_next` beside a read model: the same columns, checks, storage, walls and grants, no index yet. What an earlier attempt
-- left, and the rows that an earlier rebuild replaced, go.
create function begin_rebuild(p_rebuild uuid, p_attempt int) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live text := require_rebuild(p_rebuild, p_attempt);
  v_options text;
begin
  select coalesce('with (' || array_to_string(reloptions, ', ') || ')', '') into v_options
  from pg_class where oid = v_live::regclass;
  execute format('drop table if exists %I, %I', v_live || '_next', v_live || '_previous');
  execute format('create table %I (like %I including all excluding indexes) %s', v_live || '_next', v_live, v_options);
  perform copy_walls(v_live, v_live || '_next');
  delete from parked_streams where name = v_live and in_rebuild;
end $$;
grant execute on function begin_rebuild to stageline_app;
