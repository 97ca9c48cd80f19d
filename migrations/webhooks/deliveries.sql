-- How far each webhook is, and how its receiver does. Its lock is what everybody takes who changes deliveries of the webhook.
--   rests_until    nothing is sent before: the receiver asked for it, or is failing and is only tried now and then
--   failing_since  five attempts in a row have failed since then
create table webhook_progress (
  webhook_id      uuid not null,
  tenant_id       uuid not null,
  position        bigint not null,
  failed_count    integer not null default 0,
  failing_since   timestamptz(3),
  rests_until     timestamptz(3),
  last_success_at timestamptz(3),
  last_failure_at timestamptz(3),
  last_error      text,
  constraint pk_webhook_progress primary key (webhook_id)
) with (fillfactor = 50);

-- One event on its way to one webhook.
--   pending    sent when it is due: the first of its stream that has not arrived. Under way until `leased_until`
--   held       waits until the one before it in its stream has arrived or is skipped
--   delivered  the receiver took it
--   dead       its attempts are used up: it is replayed or skipped by somebody, and its stream waits
--   skipped    somebody decided that it is not sent
-- `attempts` counts what was sent and is the fence; `failed_count` what came to nothing, which is what is limited.
create table webhook_deliveries (
  webhook_id      uuid not null,
  position        bigint not null,
  tenant_id       uuid not null,
  event_id        uuid not null,
  stream_id       uuid not null,
  stream_version  bigint not null,
  event_type      text not null,
  category        text not null,
  status          text not null,
  attempts        integer not null default 0,
  failed_count    integer not null default 0,
  next_attempt_at timestamptz(3),
  leased_until    timestamptz(3),
  last_status     integer,
  last_error      text,
  created_at      timestamptz(3) not null,
  delivered_at    timestamptz(3),
  skipped_at      timestamptz(3),
  skipped_by      text,
  constraint pk_webhook_deliveries primary key (webhook_id, position),
  constraint uq_webhook_deliveries_event unique (webhook_id, event_id),
  constraint ck_webhook_deliveries_due check (status <> 'pending' or next_attempt_at is not null)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);
-- What is due; what is under way; the line of a stream; lists; what may be forgotten.
create index ix_webhook_deliveries_due on webhook_deliveries (webhook_id, next_attempt_at) where status = 'pending';
create index ix_webhook_deliveries_leased on webhook_deliveries (webhook_id, leased_until) where leased_until is not null;
create index ix_webhook_deliveries_line on webhook_deliveries (webhook_id, stream_id, position)
  where status in ('pending', 'held', 'dead');
create index ix_webhook_deliveries_status on webhook_deliveries (webhook_id, status, position);
create index ix_webhook_deliveries_delivered on webhook_deliveries (delivered_at) where status = 'delivered';

-- The functions that work on these turn `enable_seqscan` off: their plans may be made while the tables are small, and live on.
alter table webhook_progress enable row level security;
create policy tenant on webhook_progress using (sees_tenant(tenant_id));
alter table webhook_deliveries enable row level security;
create policy tenant on webhook_deliveries using (sees_tenant(tenant_id));
grant select on webhook_progress, webhook_deliveries to stageline_app;
