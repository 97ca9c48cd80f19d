-- First half of a claim: reserves up to p_limit jobs that are due, for ten seconds, so that no other claimer tries them meanwhile. Nothing is
-- promised by it: only the event that starts a job does that, and a reservation that nobody follows up lapses. So its commit does not wait
-- for the disk.
--
--   p_tenant    whose; null is everybody's, for the service's own workers
--   p_handlers  which; those whose oldest job has waited longest come first
--   p_settled   reservations whose jobs were started: they go
--
-- Reads, for each handler and tenant, the index of what is queued from its oldest entry: neither finished jobs nor a long queue cost anything.
-- A parked run's jobs are passed over. Who claims from the same queues waits for each other's reservation, a millisecond, in one order only. The
-- database's time, by which jobs are to be started, is ten seconds before `reserved_until`. A job that shares its stream with others comes with
-- what it takes to find it there; one by itself comes whole, so that nothing else need be read to start it. Of a row that stands for several, those
-- that are reserved come as its members, with a reservation of their own.
alter table job_reservations add column members int4multirange; -- Jobs that share a row: `job_ids` is their batch alone.

create function reserve_jobs(p_tenant uuid, p_handlers text[], p_limit int, p_settled bigint[] default '{}')
returns table (reservation bigint, reserved_until timestamptz, job finished_jobs)
language plpgsql security definer set search_path = stageline, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off as $$
#variable_conflict use_column
declare
  c_locks constant int := 1784; -- The space of these locks, apart from that of streams.
  c_queues constant int := 64; -- Locks are few; who finds less than it has room for claims again.
  v_now   timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_until timestamptz := v_now + interval '10 seconds';
  v_left  int := p_limit;
  v_names text[];
  v_name  text;
  v_jobs  finished_jobs[]; -- The same columns; a variable of the type of `jobs` would keep to a table that a rebuild has replaced.
  v_job   finished_jobs;
  v_id    bigint;
begin
  perform set_config('synchronous_commit', 'off', true);
  select array_agg(q.tenant || ' ' || q.handler order by q.due) into v_names from (
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
    select q.handler, q.tenant, (
      select j.next_run_at from jobs j
      where j.status = 'QUEUED' and j.handler = q.handler and j.tenant_id = q.tenant and j.next_run_at <= v_now
        and not (j.run_id is not null and exists (select from pipeline_runs r where r.id = j.run_id and r.status <> 'running'))
      order by j.next_run_at limit 1) as due
    from queues q where q.tenant is not null order by due limit c_queues) q
  where q.due is not null;
  perform pg_advisory_xact_lock(c_locks, hashtext(n)) from (select n from unnest(v_names) n order by hashtext(n)) q;
  foreach v_name in array coalesce(v_names, '{}') loop
    delete from job_reservations r where r.queue = v_name and (r.id = any (p_settled) or r.reserved_until <= v_now);
    with kept as materialized (
      select k.id, k.attempts from job_reservations r, unnest(r.job_ids, r.attempts) k(id, attempts)
      where r.queue = v_name and r.members is null
    ), kept_members as materialized (
      select r.job_ids[1] as batch, r.attempts[1] as attempts, range_agg(r.members) as members from job_reservations r
      where r.queue = v_name and r.members is not null group by 1, 2
    )
    select array_agg(t.job) into v_jobs from (
      select case when j.run_id is null and j.batch_id is null then row(j.*)::finished_jobs
        else row(j.id, j.tenant_id, j.stream_version, j.run_id, j.stage, j.node_id, null, null, null, j.attempts, null, null, null, null, null,
          null, null, null, null, null, null, j.correlation_id, null, null, null, null, null, j.batch_id,
          j.members - coalesce(
            (select k.members from kept_members k where k.batch = j.batch_id and k.attempts = j.attempts), '{}'))::finished_jobs end as job
      from jobs j
      where j.status = 'QUEUED' and j.handler = substr(v_name, 38) and j.tenant_id = left(v_name, 36)::uuid and j.next_run_at <= v_now
        and case when j.members is null then (j.id, j.attempts) not in (select k.id, k.attempts from kept k)
          else not exists (
            select from kept_members k where k.batch = j.batch_id and k.attempts = j.attempts and j.members <@ k.members) end
        and not (j.run_id is not null and exists (select from pipeline_runs r where r.id = j.run_id and r.status <> 'running'))
      order by j.next_run_at limit v_left) t;
    continue when v_jobs is null;
    -- Each row is a job at least: of those that are more, as many rows as it takes.
    if exists (select from unnest(v_jobs) t where t.members is not null) then
      for i in 1 .. cardinality(v_jobs) loop
        v_job := v_jobs[i];
        if v_left = 0 then
          v_jobs := v_jobs[:i - 1];
          exit;
        elsif v_job.members is null then
          v_left := v_left - 1;
        else
          v_job.members := first_members(v_job.members, v_left);
          v_left := v_left - count_members(v_job.members);
          insert into job_reservations (queue, job_ids, attempts, reserved_until, members)
          values (v_name, array[v_job.batch_id], array[v_job.attempts], v_until, v_job.members) returning id into v_id;
          return query select v_id, v_until, v_job;
        end if;
      end loop;
    else
      v_left := v_left - cardinality(v_jobs);
    end if;
    insert into job_reservations (queue, job_ids, attempts, reserved_until)
    select v_name, array_agg(t.id), array_agg(t.attempts), v_until from unnest(v_jobs) t where t.members is null
    having count(*) > 0
    returning id into v_id;
    return query select v_id, v_until, t from unnest(v_jobs) t where t.members is null;
    exit when v_left <= 0;
  end loop;
end $$;
grant execute on function reserve_jobs to stageline_app;
