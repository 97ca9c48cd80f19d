-- Signs of life of workers on jobs that share a row, or did when they were taken: each job's own, where a job with a row of its own has its lease moved
-- there. Like that, they outlive a crash of the server: else every job that took longer than its first lease would be given to another worker by it.
create table job_beats (
  job_id           uuid not null,
  tenant_id        uuid not null,
  attempts         integer not null, -- The attempt that beats.
  lease_expires_at timestamptz(3) not null,
  constraint pk_job_beats primary key (job_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table job_beats enable row level security;
create policy tenant on job_beats using (sees_tenant(tenant_id));
grant select on job_beats to stageline_app;

-- A worker lives: its lease begins anew. Null where that attempt does not run any more. Looks for the job among those that share a row first: it may get
-- a row of its own in between, but never the other way round. An extension that a crash of the server loses costs the job another attempt at most.
create or replace function extend_lease(p_tenant uuid, p_job uuid, p_attempt int, out expires_at timestamptz)
language plpgsql security definer set search_path = stageline, pg_temp as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into job_beats as b (job_id, tenant_id, attempts, lease_expires_at)
  select p_job, p_tenant, p_attempt, clock_timestamp() + make_interval(secs => j.lease_seconds) from jobs j
  where j.batch_id = batch_of_job(p_job) and j.members @> number_of_job(p_job)
    and j.tenant_id = p_tenant and j.status = 'RUNNING' and j.attempts = p_attempt
  on conflict (job_id) do update set attempts = excluded.attempts, lease_expires_at = excluded.lease_expires_at
  returning b.lease_expires_at into expires_at;
  if not found then
    update jobs set lease_expires_at = clock_timestamp() + make_interval(secs => lease_seconds)
    where id = p_job and members is null and tenant_id = p_tenant and status = 'RUNNING' and attempts = p_attempt
    returning lease_expires_at into expires_at;
  end if;
end $$;

-- As before; takes along the beats that are over.
create or replace function archive_jobs(p_seconds int, p_limit int) returns int
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_count int;
begin
  delete from job_reservations where id in (
    select id from job_reservations where reserved_until <= clock_timestamp() for update skip locked);
  delete from job_beats where job_id in (
    select job_id from job_beats where lease_expires_at <= clock_timestamp() for update skip locked);
  with moved as (
    delete from jobs where id in (
      select id from jobs where finished_at <= clock_timestamp() - make_interval(secs => p_seconds)
      order by finished_at limit p_limit for update skip locked)
    returning *)
  insert into finished_jobs select * from moved on conflict (id) do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end $$;
