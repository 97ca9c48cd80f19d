-- What each run waits for, counted. Null in rows that a process from before this writes.
alter table pipeline_runs add column waits jsonb;
select redefine_read_model('pipeline_runs');
