-- Who may call: keys by their hash, with roles and the actor they speak for. A revoked key stays, so that a timeline's key ids resolve.
create table api_keys (
  id         uuid not null,
  tenant_id  uuid not null,
  name       text not null,
  key_hash   bytea not null,
  key_hint   text not null,
  roles      text[] not null,
  actor_type text not null,
  actor_id   text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  created_by uuid,
  revoked_at timestamptz(3),
  constraint pk_api_keys primary key (id),
  constraint uq_api_keys_key_hash unique (key_hash)
);
create index ix_api_keys_tenant on api_keys (tenant_id, created_at, id);

alter table api_keys enable row level security;
create policy tenant on api_keys using (sees_tenant(tenant_id));
grant select, insert on api_keys to stageline_app;
grant update (revoked_at) on api_keys to stageline_app;
