-- The global order: a dense position for each settled event, with the columns a timeline is filtered by.
-- Their indexes live here and not on stage_events, so that writers do not pay for them.
create table sealed_events (
  position       bigint not null,
  tenant_id      uuid not null,
  stream_id      uuid not null,
  stream_version bigint not null,
  event_id       uuid not null,
  event_type     text not null,
  category       text not null,
  correlation_id uuid not null,
  actor_id       text not null,
  recorded_at    timestamptz(3) not null,
  leaf_hash      bytea not null,
  constraint pk_sealed_events primary key (position),
  constraint uq_sealed_events_stream unique (stream_id, stream_version)
);

create index ix_sealed_events_tenant on sealed_events (tenant_id, position);
create index ix_sealed_events_event_type on sealed_events (tenant_id, event_type, position);
create index ix_sealed_events_category on sealed_events (tenant_id, category, position);
create index ix_sealed_events_correlation on sealed_events (tenant_id, correlation_id, position);
create index ix_sealed_events_actor on sealed_events (tenant_id, actor_id, position);
create index ix_sealed_events_event on sealed_events (event_id);
create index ix_sealed_events_recorded_at on sealed_events using brin (recorded_at);

-- One seal per batch of positions: its Merkle root, chained to the seal before and signed.
create table seals (
  number        bigint not null,
  from_position bigint not null,
  to_position   bigint not null,
  merkle_root   bytea not null,
  previous_hash bytea not null,
  seal_hash     bytea not null,
  signature     bytea not null,
  key_id        text not null,
  sealed_at     timestamptz(3) not null,
  constraint pk_seals primary key (number),
  constraint uq_seals_to_position unique (to_position)
);

-- The public half of every key that ever signed a seal, in PEM, so that old seals stay verifiable.
create table sealing_keys (
  key_id     text not null,
  public_key text not null,
  added_at   timestamptz(3) not null default clock_timestamp(),
  constraint pk_sealing_keys primary key (key_id)
);

-- How far the sealer is. One row; its lock lets one sealer in at a time.
create table seal_state (
  one           boolean not null default true,
  epoch         integer not null default 1,
  last_position bigint not null default 0,
  last_xid      xid8 not null default '0',
  last_sequence bigint not null default 0,
  last_number   bigint not null default 0,
  last_hash     bytea not null default decode(repeat('00', 32), 'hex'),
  constraint pk_seal_state primary key (one),
  constraint ck_seal_state_one check (one)
);
insert into seal_state default values;

-- How far each subscription is.
create table projection_checkpoints (
  name       text not null,
  version    integer not null,
  position   bigint not null,
  updated_at timestamptz(3) not null default clock_timestamp(),
  constraint pk_projection_checkpoints primary key (name, version)
);
