-- Drops the rows that the last rebuild of a read model replaced.
create function drop_previous(p_name text) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
begin
  perform from read_models where name = p_name;
  if not found then raise exception 'there is no such read model: %', p_name; end if;
  execute format('drop table if exists %I', p_name || '_previous');
end $$;
grant execute on function drop_previous to stageline_app;
