-- The next events that may be sealed: settled means that no running transaction could still commit an earlier one.
create function settled_events(p_limit int) returns setof stage_events
language sql stable set search_path = stageline, pg_temp as $$
  select e.* from seal_state s, lateral (
    select * from stage_events
    where epoch = s.epoch and (xid, sequence) > (s.last_xid, s.last_sequence)
      and xid < pg_snapshot_xmin(pg_current_snapshot())
    order by xid, sequence limit p_limit) e
$$;
