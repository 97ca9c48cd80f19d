-- Where each stream stands. append_events compares and moves it; last_xid keeps an older transaction from writing after a newer one.
create table stream_heads (
  stream_id        uuid not null,
  tenant_id        uuid not null,
  stream_type      text not null,
  version          bigint not null,
  last_xid         xid8 not null,
  last_recorded_at timestamptz(3) not null,
  constraint pk_stream_heads primary key (stream_id)
) with (fillfactor = 70);

-- A name that one stream at a time may hold, such as the one open run of a project.
create table stream_claims (
  tenant_id uuid not null,
  claim     text not null,
  stream_id uuid not null,
  constraint pk_stream_claims primary key (tenant_id, claim)
);

-- What a stream folded to at a version: only ever a shorter way, never the truth.
create table stream_snapshots (
  stream_id   uuid not null,
  tenant_id   uuid not null,
  version     bigint not null,
  fingerprint text not null,
  folded      jsonb not null,
  constraint pk_stream_snapshots primary key (stream_id)
);
