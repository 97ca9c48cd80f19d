-- What each run waits for, counted. Null in rows that a process from before this writes.
alter table pipeline_runs add column waits jsonb;
select redefine_read_model('pipeline_runs');
-- Gates are closed in time by their timers.
drop index ix_decision_gates_expiring;
