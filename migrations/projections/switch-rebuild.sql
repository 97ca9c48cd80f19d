-- First half of the switch: nobody writes, reads or alters the live table until this transaction ends. The checkpoint comes first, as in
-- every other place that takes both; `_next` is waited for before anybody has to wait for us. Answers the checkpoint.
create function lock_for_switch(p_rebuild uuid, p_attempt int, p_lock_timeout text) returns bigint
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live text := require_rebuild(p_rebuild, p_attempt);
  v_position bigint;
begin
  execute format('lock table %I in access exclusive mode', v_live || '_next');
  perform set_config('lock_timeout', p_lock_timeout, true);
  select position into v_position from read_models where name = v_live for no key update;
  execute format('lock table %I in access exclusive mode', v_live);
  perform require_same_shape(v_live);
  return v_position;
end $$;
grant execute on function lock_for_switch to stageline_app;

-- Second half: the live table becomes `<name>_previous`, `<name>_next` the live one, with all that belongs to them; functions and statements
-- follow the name. Everybody who waited goes on with the new table.
create function switch_rebuild(p_rebuild uuid, p_attempt int, p_position bigint, p_report jsonb) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live text := require_rebuild(p_rebuild, p_attempt);
begin
  perform rename_read_model(v_live, '', '_previous');
  perform rename_read_model(v_live || '_next', '_next', '');
  update read_models set position = p_position, moved_at = clock_timestamp(),
    built_version = (select version from projection_rebuilds where id = p_rebuild) where name = v_live;
  delete from parked_streams where name = v_live;
  update projection_rebuilds set status = 'done', phase = null, report = p_report, error = null, finished_at = clock_timestamp()
  where id = p_rebuild;
end $$;
grant execute on function switch_rebuild to stageline_app;

-- Renames a table, its constraints and its indexes: each name loses one ending and gets another.
create function rename_read_model(p_table text, p_old text, p_new text) returns void
language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_statement text;
begin
  for v_statement in
    select format('alter table %I rename constraint %I to %I', p_table, conname, left(conname, length(conname) - length(p_old)) || p_new)
    from pg_constraint where conrelid = p_table::regclass and contype in ('p', 'u', 'x', 'f')
    union all
    select format('alter index %I rename to %I', c.relname, left(c.relname, length(c.relname) - length(p_old)) || p_new)
    from plain_indexes(p_table) i join pg_class c on c.oid = i.indexrelid
    union all
    select format('alter table %I rename to %I', p_table, left(p_table, length(p_table) - length(p_old)) || p_new)
  loop
    execute v_statement;
  end loop;
end $$;
