-- Jobs: queued, claimed, done. One row per job, written with the events of the run or of the job's own stream that it is on.
--
-- Two columns are also written beside the events, in place: `lease_expires_at` by heartbeats, `reserved_until` by claims. Every row that
-- an event puts frees the reservation. A rebuild takes them over from the live row (`kept_columns`).
-- Rows change some four times and then leave for `finished_jobs`, so the table is vacuumed early and by count.
create table jobs (
  id               uuid not null,
  tenant_id        uuid not null,
  stream_version   bigint not null,
  run_id           uuid,
  stage            text,
  node_id          text,
  handler          text not null,
  payload          jsonb not null,
  status           text not null,
  attempts         integer not null,
  max_attempts     integer not null,
  failed_count     integer not null,
  infra_attempts   integer not null,
  backoff          jsonb not null,
  on_exhausted     text not null,
  next_run_at      timestamptz(3),
  locked_by        text,
  locked_at        timestamptz(3),
  lease_seconds    integer,
  lease_expires_at timestamptz(3),
  reserved_until   timestamptz(3),
  idempotency_key  text,
  correlation_id   uuid not null,
  error            text,
  output           jsonb,
  created_at       timestamptz(3) not null,
  started_at       timestamptz(3),
  finished_at      timestamptz(3),
  constraint pk_jobs primary key (id),
  constraint ck_jobs_due check (status <> 'QUEUED' or next_run_at is not null),
  constraint ck_jobs_lease check (status <> 'RUNNING' or lease_expires_at is not null and lease_seconds is not null)
) with (
  fillfactor = 60,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.1
);
-- What is ready or will be; what runs; who is waited for; what may be archived.
create index ix_jobs_queued on jobs (handler, tenant_id, next_run_at) where status = 'QUEUED';
create index ix_jobs_running on jobs (lease_expires_at) where status = 'RUNNING';
create index ix_jobs_needs_human on jobs (tenant_id, created_at, id) where status = 'NEEDS_HUMAN';
create index ix_jobs_finished on jobs (finished_at) where finished_at is not null;
create index ix_jobs_tenant on jobs (tenant_id, created_at, id);
create index ix_jobs_run on jobs (run_id, created_at, id) where run_id is not null;
select define_read_model('jobs');

-- Jobs that were over for long. Never claimed, only read; together with `jobs` they are all jobs.
create table finished_jobs (
  like jobs including constraints,
  constraint pk_finished_jobs primary key (id)
);
create index ix_finished_jobs_tenant on finished_jobs (tenant_id, created_at, id);
create index ix_finished_jobs_run on finished_jobs (run_id, created_at, id) where run_id is not null;
alter table finished_jobs enable row level security;
create policy tenant on finished_jobs using (sees_tenant(tenant_id));
grant select on finished_jobs to stageline_app;

update read_models set kept_columns = '{lease_expires_at,reserved_until}', archive = 'finished_jobs' where name = 'jobs';
