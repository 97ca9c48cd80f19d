-- First half of a claim: reserves up to p_limit jobs that are due, for ten seconds, so that no other claimer tries them meanwhile. Nothing is
-- promised by it: only the event that starts a job does that, and a reservation that nobody follows up lapses. So its commit does not wait
-- for the disk.
--
--   p_tenant    whose; null is everybody's, for the service's own workers
--   p_handlers  which; those whose oldest job has waited longest come first
--
-- Reads, for each handler and tenant, the index of what is queued from its oldest entry: neither finished jobs nor a long queue cost anything.
-- A parked run's jobs are passed over. The database's time, by which they are to be started, is ten seconds before `reserved_until`.
create function reserve_jobs(p_tenant uuid, p_handlers text[], p_limit int)
returns setof finished_jobs -- The same columns; a function that names the type of `jobs` would keep a rebuild from dropping its old rows.
language plpgsql security definer set search_path = stageline, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off as $$
declare
  v_now   timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_left  int := p_limit;
  v_count int;
  v_queue record;
begin
  perform set_config('synchronous_commit', 'off', true);
  for v_queue in
    with recursive queues as (
      select h as handler, coalesce(p_tenant, (
        select j.tenant_id from jobs j where j.status = 'QUEUED' and j.handler = h order by j.tenant_id limit 1)) as tenant
      from unnest(p_handlers) h
      union all
      select q.handler, (
        select j.tenant_id from jobs j where j.status = 'QUEUED' and j.handler = q.handler and j.tenant_id > q.tenant
        order by j.tenant_id limit 1)
      from queues q where p_tenant is null and q.tenant is not null
    )
    select q.handler, q.tenant from queues q
    cross join lateral (
      select j.next_run_at from jobs j
      where j.status = 'QUEUED' and j.handler = q.handler and j.tenant_id = q.tenant and j.next_run_at <= v_now
        and (j.reserved_until is null or j.reserved_until <= v_now)
        and not exists (select from pipeline_runs r where r.id = j.run_id and r.status <> 'running')
      order by j.next_run_at limit 1) oldest
    order by oldest.next_run_at
  loop
    return query
      with taken as materialized (
        select j.id from jobs j
        where j.status = 'QUEUED' and j.handler = v_queue.handler and j.tenant_id = v_queue.tenant and j.next_run_at <= v_now
          and (j.reserved_until is null or j.reserved_until <= v_now)
          and not exists (select from pipeline_runs r where r.id = j.run_id and r.status <> 'running')
        order by j.next_run_at limit v_left for update of j skip locked
      )
      update jobs j set reserved_until = v_now + interval '10 seconds' from taken where j.id = taken.id
      returning j.*;
    get diagnostics v_count = row_count;
    v_left := v_left - v_count;
    exit when v_left <= 0;
  end loop;
end $$;
grant execute on function reserve_jobs to stageline_app;

-- A worker lives: its lease begins anew. Null where that attempt does not run any more. An extension that a crash of the server loses costs
-- the job another attempt at most.
create function extend_lease(p_tenant uuid, p_job uuid, p_attempt int, out expires_at timestamptz)
language plpgsql security definer set search_path = stageline, pg_temp as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  update jobs set lease_expires_at = clock_timestamp() + make_interval(secs => lease_seconds)
  where id = p_job and tenant_id = p_tenant and status = 'RUNNING' and attempts = p_attempt
  returning lease_expires_at into expires_at;
end $$;
grant execute on function extend_lease to stageline_app;

-- Moves jobs that were over for so many seconds out of the way; answers how many.
create function archive_jobs(p_seconds int, p_limit int) returns int
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_count int;
begin
  with moved as (
    delete from jobs where id in (
      select id from jobs where finished_at <= clock_timestamp() - make_interval(secs => p_seconds)
      order by finished_at limit p_limit for update skip locked)
    returning *)
  insert into finished_jobs select * from moved on conflict (id) do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end $$;
grant execute on function archive_jobs to stageline_app;
