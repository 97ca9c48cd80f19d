-- What claims keep from each other until the jobs are started: one row a claim, where a column of `jobs` cost each job an update of its row.
-- A reservation is about the attempts that were to come: once a job was started, it says nothing of it any more. It is a hint, which a crash of the
-- server may lose.
create unlogged table job_reservations (
  id             bigint generated always as identity,
  queue          text not null, -- The tenant and the handler.
  job_ids        uuid[] not null,
  attempts       integer[] not null, -- How many each job had had, side by side with job_ids.
  reserved_until timestamptz(3) not null,
  constraint pk_job_reservations primary key (id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table job_reservations alter job_ids set storage external, alter attempts set storage external;
create index ix_job_reservations_queue on job_reservations (queue);
