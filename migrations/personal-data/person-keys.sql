-- The key that one person's data is encrypted with, wherever that stands. Deleting the row is what erases the person, so that this table,
-- and it alone, must not outlive an erasure in backups: docs/runbook.md. Not a read model: no event has it.
create table person_keys (
  person_id  uuid not null,
  tenant_id  uuid not null,
  key        bytea not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint pk_person_keys primary key (person_id),
  constraint ck_person_keys_key check (length(key) = 32)
);

alter table person_keys enable row level security;
create policy tenant on person_keys using (sees_tenant(tenant_id));
grant select, insert on person_keys to stageline_app;
