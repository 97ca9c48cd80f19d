-- The columns of each read model in the order in which an append sends their values, and a number that stands for them: whoever sends it
-- speaks of these columns. What a row is begun with and keeps comes last: the statement that changes rows is spared it, for each column that a
-- statement may set costs something each time, set or not. A row that changes there nevertheless is written whole.
alter table read_models add column value_columns text[], add column columns_key integer, add column still_columns text[] not null default '{tenant_id}';
update read_models set still_columns = '{tenant_id, run_id, stage, node_id, handler, payload, max_attempts, backoff, on_exhausted, idempotency_key,
  correlation_id, created_at}' where name = 'jobs';
update read_models set still_columns = '{tenant_id, template_key, template_version, template_hash, template_name, subject_type, project_id,
  candidate_id, job_profile_id, subject, input, created_at}' where name = 'pipeline_runs';
update read_models set still_columns = '{tenant_id, number, name, gated, definition}' where name = 'stage_configs';

-- Of a read model; what is part of its key finds the row, and what is also written in place is always set: both go with every change.
create function still_columns(p_table text) returns text[] language sql stable set search_path = stageline, pg_temp as $$
  select array(select c from unnest(m.still_columns) c where c <> all (key_columns(m.name) || m.kept_columns)) from read_models m where m.name = p_table
$$;

-- What an append has to know of each read model to send its rows by value: which table it is, which version of its projection built the rows, and its
-- columns. All as of one moment: the table that a rebuild put in its place comes with the version that built it.
create function row_tables() returns table (name text, oid bigint, built_version int, columns_key int, columns jsonb)
language sql stable security definer set search_path = stageline, pg_temp as $$
  select m.name, c.oid::bigint, m.built_version, m.columns_key, (
    select jsonb_agg(jsonb_build_object(
      'name', u.name,
      'is_json', a.atttypid in ('json'::regtype, 'jsonb'::regtype),
      'is_text', a.atttypid = 'text'::regtype,
      'is_key', u.name = any (key_columns(m.name)),
      'is_still', u.name = any (still_columns(m.name)),
      'is_kept', u.name = any (m.kept_columns)) order by u.n)
    from unnest(m.value_columns) with ordinality u(name, n) join pg_attribute a on a.attrelid = c.oid and a.attname = u.name)
  from read_models m join pg_class c on c.relname = m.name and c.relnamespace = 'stageline'::regnamespace
  where m.value_columns is not null
$$;
grant execute on function row_tables to stageline_app;
