-- The graph of each stage that has one: its nodes in the order of the definition, and which attempt counts.
create table stage_graphs (
  run_id         uuid not null,
  stage          text not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  number         integer not null,
  nodes          jsonb not null,
  attempt        integer not null,
  first_attempt  integer not null,
  constraint pk_stage_graphs primary key (run_id, stage)
);
select define_read_model('stage_graphs');

-- The nodes that have begun, or are to run again: one row per attempt.
create table node_runs (
  run_id         uuid not null,
  stage          text not null,
  node_id        text not null,
  attempt        integer not null,
  tenant_id      uuid not null,
  stream_version bigint not null,
  status         text not null,
  output         jsonb,
  output_length  integer not null,
  error          jsonb,
  skip_reason    jsonb,
  because        jsonb,
  job_id         uuid,
  retry_count    integer not null,
  due_at         timestamptz(3),
  started_at     timestamptz(3),
  completed_at   timestamptz(3),
  duration_ms    bigint,
  constraint pk_node_runs primary key (run_id, stage, node_id, attempt)
) with (fillfactor = 70);
select define_read_model('node_runs');
