-- Runs by candidate and by job profile, in the order in which lists show them.
create index ix_pipeline_runs_candidate on pipeline_runs (candidate_id, created_at, id) where candidate_id is not null;
create index ix_pipeline_runs_job_profile on pipeline_runs (job_profile_id, created_at, id) where job_profile_id is not null;
