-- Every rebuild, the open one of each read model included. `attempt` is the fence: whoever takes a rebuild over raises it, and every step
-- of the one before is refused.
create table projection_rebuilds (
  id            uuid not null,
  name          text not null,
  version       integer not null,
  reason        text not null,
  status        text not null default 'requested',
  phase         text,
  attempt       integer not null default 0,
  backend_pid   integer,
  streams_done  bigint not null default 0,
  streams_total bigint not null default 0,
  events_done   bigint not null default 0,
  events_total  bigint not null default 0,
  report        jsonb,
  error         text,
  requested_at  timestamptz(3) not null default clock_timestamp(),
  started_at    timestamptz(3),
  heartbeat_at  timestamptz(3),
  finished_at   timestamptz(3),
  constraint pk_projection_rebuilds primary key (id),
  constraint fk_projection_rebuilds_name foreign key (name) references read_models (name),
  constraint ck_projection_rebuilds_reason check (reason in ('requested', 'version-raised', 'never-built')),
  constraint ck_projection_rebuilds_status check (status in ('requested', 'running', 'done', 'blocked', 'failed'))
);
create unique index uq_projection_rebuilds_open on projection_rebuilds (name) where status in ('requested', 'running');
create index ix_projection_rebuilds_name on projection_rebuilds (name, requested_at);
grant select, insert, update on projection_rebuilds to stageline_app;
