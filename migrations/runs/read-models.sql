-- Where each run is: one row per run, for lists, boards and commands' answers.
create table pipeline_runs (
  id               uuid not null,
  tenant_id        uuid not null,
  stream_version   bigint not null,
  template_key     text not null,
  template_version integer not null,
  template_hash    text not null,
  template_name    text not null,
  subject_type     text not null,
  project_id       uuid,
  candidate_id     uuid,
  job_profile_id   uuid,
  subject          jsonb not null,
  input            jsonb,
  status           text not null,
  waiting_on       text,
  current_stage    text,
  stage_number     integer,
  stage_entered_at timestamptz(3),
  stages           jsonb not null,
  stage_progress   jsonb not null,
  stage_percents   jsonb not null,
  locked_stages    jsonb not null,
  progress_percent integer not null,
  open_gate_id     uuid,
  outcome          text,
  created_at       timestamptz(3) not null,
  updated_at       timestamptz(3) not null,
  constraint pk_pipeline_runs primary key (id)
) with (fillfactor = 70);
create index ix_pipeline_runs_tenant on pipeline_runs (tenant_id, created_at, id);
create index ix_pipeline_runs_open on pipeline_runs (tenant_id, created_at, id) where status in ('pending', 'running', 'parked');
create index ix_pipeline_runs_project on pipeline_runs (project_id, created_at) where project_id is not null;
select define_read_model('pipeline_runs');

-- How each stage of a run stands: its milestones, exit criteria, risks, focus and result.
create table stage_configs (
  run_id           uuid not null,
  tenant_id        uuid not null,
  stream_version   bigint not null,
  key              text not null,
  number           integer not null,
  name             text not null,
  state            text not null,
  locked           boolean not null,
  gated            boolean not null,
  milestones       jsonb not null,
  definition       jsonb not null,
  progress_percent integer not null,
  exit_criteria    jsonb not null,
  blocking_risks   jsonb not null,
  suggested_focus  jsonb not null,
  result           jsonb,
  entered_at       timestamptz(3),
  completed_at     timestamptz(3),
  constraint pk_stage_configs primary key (run_id, key)
) with (fillfactor = 70);
select define_read_model('stage_configs');

-- The gates that stopped, or stop, a run.
create table decision_gates (
  id                  uuid not null,
  tenant_id           uuid not null,
  stream_version      bigint not null,
  run_id              uuid not null,
  stage               text not null,
  stage_number        integer not null,
  gate_type           text not null,
  status              text not null,
  options             jsonb not null,
  allowed_deciders    jsonb not null,
  reason_required_for jsonb not null,
  decision            text,
  decided_by_actor    jsonb,
  decided_at          timestamptz(3),
  reason              text,
  context             jsonb,
  evidence            jsonb not null,
  votes               jsonb not null,
  expires_at          timestamptz(3),
  created_at          timestamptz(3) not null,
  constraint pk_decision_gates primary key (id)
);
create index ix_decision_gates_tenant on decision_gates (tenant_id, created_at, id);
create index ix_decision_gates_pending on decision_gates (tenant_id, created_at, id) where status = 'pending';
create index ix_decision_gates_run on decision_gates (run_id);
create index ix_decision_gates_expiring on decision_gates (expires_at) where status = 'pending' and expires_at is not null;
select define_read_model('decision_gates');
