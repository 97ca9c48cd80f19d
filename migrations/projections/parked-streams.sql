-- Streams that a read model could not take an event of. Their later events wait with it; in_rebuild ones stopped a rebuild, and the live
-- rows know nothing of it.
create table parked_streams (
  name           text not null,
  stream_id      uuid not null,
  in_rebuild     boolean not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  event_id       uuid not null,
  event_type     text not null,
  error          text not null,
  since          timestamptz(3) not null default clock_timestamp(),
  attempts       integer not null default 1,
  constraint pk_parked_streams primary key (name, stream_id, in_rebuild),
  constraint fk_parked_streams_name foreign key (name) references read_models (name)
);
create index ix_parked_streams_tenant on parked_streams (tenant_id, name, since, stream_id);
alter table parked_streams enable row level security;
create policy tenant on parked_streams using (sees_tenant(tenant_id));
grant select on parked_streams to stageline_app;

-- Parks streams: [{"stream_id", "tenant_id", "stream_version", "event_id", "event_type", "error"}]. One that was parked before failed again.
create function park_streams(p_name text, p_in_rebuild boolean, p_parked jsonb) returns void
language sql set search_path = stageline, pg_temp as $$
  insert into parked_streams as p (name, in_rebuild, stream_id, tenant_id, stream_version, event_id, event_type, error)
  select p_name, p_in_rebuild, f.stream_id, f.tenant_id, f.stream_version, f.event_id, f.event_type, f.error
  from jsonb_populate_recordset(null::parked_streams, p_parked) f
  on conflict (name, stream_id, in_rebuild) do update set stream_version = excluded.stream_version, event_id = excluded.event_id,
    event_type = excluded.event_type, error = excluded.error, attempts = p.attempts + 1
$$;
