-- The layers of the approval policy: of the whole tenant (no project), and of each project that has one of its own.
create table gate_policies (
  id             uuid not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  project_id     uuid,
  policy         jsonb not null,
  reason         text,
  changed_by     jsonb not null,
  changed_at     timestamptz(3) not null,
  constraint pk_gate_policies primary key (id)
);
create index ix_gate_policies_project on gate_policies (project_id) where project_id is not null;
select define_read_model('gate_policies');
