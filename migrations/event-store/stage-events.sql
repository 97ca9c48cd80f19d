-- The timeline. One row per event, written once by append_events and never changed.
create sequence stage_event_sequence as bigint;

create table stage_events (
  tenant_id      uuid not null,
  stream_id      uuid not null,
  stream_version bigint not null,
  id             uuid not null,
  stream_type    text not null,
  event_type     text not null,
  category       text not null,
  schema_version integer not null,
  correlation_id uuid not null,
  causation_id   uuid not null,
  actor_type     text not null,
  actor_id       text not null,
  from_stage     text,
  to_stage       text,
  reason         text,
  detail         jsonb not null,
  context        jsonb not null,
  occurred_at    timestamptz(3) not null,
  recorded_at    timestamptz(3) not null,
  leaf_hash      bytea not null,
  -- What the sealer orders by. The epoch rises when the events move to a cluster whose transaction ids start lower.
  epoch          integer not null,
  xid            xid8 not null,
  sequence       bigint not null,
  constraint pk_stage_events primary key (stream_id, stream_version),
  constraint ck_stage_events_stream_version check (stream_version > 0),
  constraint ck_stage_events_leaf_hash check (octet_length(leaf_hash) = 32)
) partition by hash (stream_id);

create table stage_events_p0 partition of stage_events for values with (modulus 4, remainder 0);
create table stage_events_p1 partition of stage_events for values with (modulus 4, remainder 1);
create table stage_events_p2 partition of stage_events for values with (modulus 4, remainder 2);
create table stage_events_p3 partition of stage_events for values with (modulus 4, remainder 3);

create index ix_stage_events_settling on stage_events (epoch, xid, sequence);
