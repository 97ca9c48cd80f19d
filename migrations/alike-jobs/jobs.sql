-- Jobs of a batch that are alike share a row of `jobs`, which costs each of them next to nothing to be queued, taken and done: one row moves. The row
-- parts when an event is about some of them. What is each job's own is in the events.
--   members  the numbers of the jobs in their batch, which are the last four digits of their ids; null for a row that stands for the job of its id.
--            A row has the id of its first job
--   payload  null where the event that queued the batch has it, and the idempotency key
drop function reserve_jobs;
alter table jobs add column members int4multirange, alter payload drop not null;
alter table finished_jobs add column members int4multirange, alter payload drop not null;
create index ix_jobs_shared on jobs (batch_id) where members is not null;
create index ix_finished_jobs_shared on finished_jobs (batch_id) where members is not null;
select redefine_read_model('jobs');

-- The batch of a job whose id is made of it, and the job's number there.
create function batch_of_job(p_job uuid) returns uuid language sql immutable as $$ select (left(p_job::text, 32) || '0000')::uuid $$;
create function number_of_job(p_job uuid) returns int language sql immutable as $$ select ('x' || right(p_job::text, 4))::bit(16)::int $$;

-- The first so many numbers.
create function first_members(p_members int4multirange, p_count int) returns int4multirange language plpgsql immutable as $$
declare
  v_first int4multirange := '{}';
  v_range int4range;
  v_left  int := p_count;
begin
  foreach v_range in array array(select r from unnest(p_members) r) loop
    exit when v_left <= 0;
    v_range := int4range(lower(v_range), least(upper(v_range), lower(v_range) + v_left));
    v_first := v_first + v_range::int4multirange;
    v_left := v_left - (upper(v_range) - lower(v_range));
  end loop;
  return v_first;
end $$;

-- How many jobs a row stands for.
create function count_members(p_members int4multirange) returns int language sql immutable as $$
  select case when p_members is null then 1 else (select coalesce(sum(upper(r) - lower(r)), 0)::int from unnest(p_members) r) end
$$;
