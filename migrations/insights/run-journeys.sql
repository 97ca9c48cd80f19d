-- Each run's way through its stages, for funnels, cycle times and gates. Lists and sums by stage are jsonb, because how often a run
-- visits a stage has no bound and is not known to the event that leaves it.
create table run_journeys (
  run_id           uuid not null,
  tenant_id        uuid not null,
  stream_version   bigint not null,
  template_key     text not null,
  template_version integer not null,
  subject          jsonb not null,
  started_at       timestamptz(3) not null,
  status           text not null,
  outcome          text,
  ended_at         timestamptz(3),
  current_stage    text,
  standings        jsonb not null,
  waiting_ms       jsonb not null,
  working_ms       jsonb not null,
  gates            jsonb not null,
  spell            text,
  spell_since      timestamptz(3),
  spell_ms         bigint not null,
  constraint pk_run_journeys primary key (run_id)
) with (fillfactor = 70);
create index ix_run_journeys_template on run_journeys (tenant_id, template_key, started_at);
create index ix_run_journeys_dropped_out on run_journeys (tenant_id, template_key, current_stage, run_id) where status = 'cancelled';
select define_read_model('run_journeys');
