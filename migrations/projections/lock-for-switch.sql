-- First half of the switch: nobody writes, reads or alters the live table until this transaction ends. The checkpoint comes first, as in
-- every other place that takes both; `_next` is waited for before anybody has to wait for us. Answers the checkpoint.
create or replace function lock_for_switch(p_rebuild uuid, p_attempt int, p_lock_timeout text) returns bigint
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
