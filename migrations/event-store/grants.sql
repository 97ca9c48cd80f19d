-- What the application's role may do: read, add to the tables that only grow, move the few pointers. Events enter through
-- append_events alone.
select make_append_only('stage_events'), make_append_only('sealed_events'), make_append_only('seals'),
  make_append_only('sealing_keys');

alter table stage_events enable row level security;
create policy tenant on stage_events using (sees_tenant(tenant_id));
alter table sealed_events enable row level security;
create policy tenant on sealed_events using (sees_tenant(tenant_id));
alter table command_receipts enable row level security;
create policy tenant on command_receipts using (sees_tenant(tenant_id));
alter table stream_heads enable row level security;
create policy tenant on stream_heads using (sees_tenant(tenant_id));
alter table stream_claims enable row level security;
create policy tenant on stream_claims using (sees_tenant(tenant_id));
alter table stream_snapshots enable row level security;
create policy tenant on stream_snapshots using (sees_tenant(tenant_id));

grant usage on schema stageline to stageline_app;
grant select on migrations to stageline_app;
grant select on stage_events, stream_heads, stream_claims, stream_snapshots, command_receipts, sealed_events, seals, sealing_keys,
  seal_state, projection_checkpoints to stageline_app;
grant insert on command_receipts, sealed_events, seals, sealing_keys, stream_snapshots, projection_checkpoints to stageline_app;
grant update on stream_snapshots, seal_state, projection_checkpoints to stageline_app;
grant delete on command_receipts to stageline_app;
grant execute on function sees_tenant, settled_events, leaf_hash to stageline_app;
grant execute on function append_events to stageline_app;
