-- The next events that may be sealed. Below p_horizon, by default the oldest transaction still running, no transaction can commit an
-- earlier one any more.
create function settled_events(p_limit int, p_horizon xid8 default pg_snapshot_xmin(pg_current_snapshot())) returns setof stage_events
language sql stable set search_path = stageline, pg_temp as $$
  select e.* from seal_state s, lateral (
    select * from stage_events
    where epoch = s.epoch and (xid, sequence) > (s.last_xid, s.last_sequence) and xid < p_horizon
    order by xid, sequence limit p_limit) e
$$;
