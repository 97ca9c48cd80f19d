-- What reached a node over the edges that were taken: the outputs of their sources by id. Each source counts as it ended last up to that
-- attempt. Null where all of it is longer than p_limit characters as JSON.
create function node_input(p_run uuid, p_stage text, p_because jsonb, p_attempt integer, p_limit integer) returns jsonb
language sql stable strict as $$
  with sources as materialized (
    select s.node_id, s.attempt, s.output_length
    from jsonb_array_elements(p_because) b
    cross join lateral (
      select n.node_id, n.attempt, n.output_length from node_runs n
      where n.run_id = p_run and n.stage = p_stage and n.node_id = b ->> 'from' and n.attempt <= p_attempt
      order by n.attempt desc limit 1
    ) s
    where b ->> 'resolution' = 'taken'
  )
  select case when (select coalesce(sum(output_length), 0) from sources) <= p_limit then
    (select coalesce(jsonb_object_agg(n.node_id, n.output), '{}') from sources s
     join node_runs n on n.run_id = p_run and n.stage = p_stage and n.node_id = s.node_id and n.attempt = s.attempt)
  end
$$;
grant execute on function node_input to stageline_app;
