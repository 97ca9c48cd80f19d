-- The subjects a founder's runs are about. Where a project stands is read from its latest run.
create table projects (
  id                    uuid not null,
  tenant_id             uuid not null,
  stream_version        bigint not null,
  name                  text not null,
  require_manual_review boolean not null,
  created_at            timestamptz(3) not null,
  constraint pk_projects primary key (id)
);
create index ix_projects_tenant on projects (tenant_id, created_at, id);
select define_read_model('projects');
