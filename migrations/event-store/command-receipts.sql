-- What a command with an idempotency key was answered, refusals too. json, not jsonb: the same bytes are answered again.
create table command_receipts (
  tenant_id    uuid not null,
  key          text not null,
  request_hash bytea not null,
  answer       json not null,
  created_at   timestamptz(3) not null default clock_timestamp(),
  constraint pk_command_receipts primary key (tenant_id, key)
);
create index ix_command_receipts_created_at on command_receipts (created_at);
