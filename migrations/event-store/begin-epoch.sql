-- Run at start. A dump restored into another cluster, or an upgrade by logical replication, leaves events whose transaction ids lie
-- above the new cluster's: nothing new would sort after them or pass their guard. Then a new epoch begins, once every event of
-- the old one is sealed (none of their transactions can still run here). Answers the epoch that is now current and the number of its
-- events that must be sealed before a new one may begin: 0 where none needs to.
create function begin_epoch_after_restore(out current_epoch int, out waiting bigint)
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_state   seal_state;
  v_newest  xid8;
begin
  select * into v_state from seal_state for update;
  select max(xid) into v_newest from stage_events where epoch = v_state.epoch;
  current_epoch := v_state.epoch;
  waiting := 0;
  if v_newest is null or v_newest < pg_snapshot_xmax(pg_current_snapshot()) then return; end if;

  select count(*) into waiting from stage_events
  where epoch = v_state.epoch and (xid, sequence) > (v_state.last_xid, v_state.last_sequence);
  if waiting > 0 then return; end if;

  update seal_state set epoch = epoch + 1, last_xid = '0', last_sequence = 0;
  update stream_heads set last_xid = '0';
  current_epoch := current_epoch + 1;
end $$;
grant execute on function begin_epoch_after_restore to stageline_app;
