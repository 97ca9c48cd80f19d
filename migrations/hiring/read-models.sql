-- What candidates apply for.
create table job_profiles (
  id             uuid not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  title          text not null,
  level          text,
  skills         jsonb not null,
  description    text,
  created_at     timestamptz(3) not null,
  constraint pk_job_profiles primary key (id)
);
create index ix_job_profiles_tenant on job_profiles (tenant_id, created_at, id);
select define_read_model('job_profiles');

-- Who applies. What is jsonb is encrypted with the person's key, exactly as in the event.
create table candidates (
  id             uuid not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  name           jsonb not null,
  email          jsonb,
  phone          jsonb,
  links          jsonb,
  external_id    text,
  created_at     timestamptz(3) not null,
  constraint pk_candidates primary key (id)
);
create index ix_candidates_tenant on candidates (tenant_id, created_at, id);
select define_read_model('candidates');
