-- Every published version of every template; a version never changes.
create table templates (
  id             text not null,
  key            text not null,
  version        integer not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  name           text not null,
  content        jsonb not null,
  content_hash   text not null,
  published_at   timestamptz(3) not null,
  constraint pk_templates primary key (tenant_id, id)
);
create unique index uq_templates_version on templates (tenant_id, key, version);
select define_read_model('templates');
