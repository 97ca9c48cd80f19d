-- Where events are sent: one row per webhook, written with the events of its stream. What no event may hold, the URL and the secret, is in
-- webhook_secrets; the row names which ones count, so that a change of either counts with its event.
create table webhooks (
  id                 uuid not null,
  tenant_id          uuid not null,
  stream_version     bigint not null,
  origin             text not null,
  url_id             uuid not null,
  secret_id          uuid not null,
  previous_secret_id uuid,
  secret_rotated_at  timestamptz(3),
  categories         text[] not null,
  event_types        text[] not null,
  description        text,
  from_position      bigint not null,
  status             text not null,
  paused_because     text,
  created_at         timestamptz(3) not null,
  updated_at         timestamptz(3) not null,
  constraint pk_webhooks primary key (id)
);
create index ix_webhooks_tenant on webhooks (tenant_id, created_at, id);
select define_read_model('webhooks');

-- URLs and secrets of webhooks, encrypted with the vault key of that id. Committed before the event that names them: a crash in between leaves
-- one that nothing names, which forget_webhooks removes. Never changed.
create table webhook_secrets (
  id         uuid not null,
  webhook_id uuid not null,
  tenant_id  uuid not null,
  key_id     text not null,
  encrypted  jsonb not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint pk_webhook_secrets primary key (webhook_id, id)
);
alter table webhook_secrets enable row level security;
create policy tenant on webhook_secrets using (sees_tenant(tenant_id));
grant select, insert on webhook_secrets to stageline_app;
