-- Appends the events of one or many commands, each to a stream of its own, in one transaction and one round trip: all or nothing.
--
--   p_locks  what to lock, in order     c_*  one element per command     e_*  one per event, e_command naming its command (1-based)
--   r_*      one per row of a read model, r_command naming its command
--   An array that no command of the append needs is null, which costs no statement.
--
-- Order, and why it matters:
--   1. locks   advisory, sorted (no deadlock), before anything that takes a transaction id: so a transaction that waits for a
--              stream gets a higher xid than the one it waited for, and versions of a stream settle in order.
--   2. heads   compare and move. Whoever holds a later xid than ours keeps us out (40001: try again in a new transaction).
--   3. claims  taken before events, released with them.
--   4. events  sequence numbers are taken here, after every check, so that a refusal burns none.
--   5. read models and receipts; the placeholder p_recorded_at stands for the time of recording in both. A command that was
--              answered before under its key is refused by the receipts' primary key (23505), or before that by its version.
-- A crash anywhere before commit leaves nothing. Answers, by command, when its events were recorded (ISO 8601).
--
-- Refusals: SL400 nothing to append or a bad group; SL001 wrong expected version (detail: stream_id, expected, actual);
-- SL003 a claim is held (detail: claim, holder); 23505 an answer is stored under the key; 40001 retry.
create function append_events(
  p_recorded_at text, p_locks bigint[],
  c_tenants uuid[], c_streams uuid[], c_stream_types text[], c_expected bigint[], c_counts int[], c_correlations uuid[],
  c_contexts jsonb[], c_occurred timestamptz[], c_keys text[], c_hashes bytea[], c_answers text[], c_claims jsonb[],
  e_command int[], e_number int[], e_ids uuid[], e_types text[], e_categories text[], e_schema_versions int[],
  e_causations uuid[], e_actor_types text[], e_actor_ids text[], e_from_stages text[], e_to_stages text[], e_reasons text[],
  e_details jsonb[], e_content_hashes bytea[],
  r_command int[], r_tables text[], r_rows text[],
  out recorded text[]
) language plpgsql security definer set search_path = stageline, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  v_recorded timestamptz[];
begin
  perform pg_advisory_xact_lock(k) from unnest(p_locks) k;

  -- A head that is not where it was expected does not move, and a stream that is not there begins only where none was expected.
  with moved as (
    insert into stream_heads as h (stream_id, tenant_id, stream_type, version, last_xid, last_recorded_at)
    select s, c_tenants[o], c_stream_types[o], c_expected[o] + c_counts[o],
           pg_current_xact_id(), date_trunc('milliseconds', clock_timestamp())
    from unnest(c_streams) with ordinality u(s, o)
    where c_expected[o] = 0 or (select true from stream_heads k where k.stream_id = s limit 1) -- With exists it may scan them all.
    on conflict (stream_id) do update
      set version = excluded.version, last_xid = excluded.last_xid,
          last_recorded_at = greatest(h.last_recorded_at, excluded.last_recorded_at)
      where h.version = c_expected[array_position(c_streams, h.stream_id)]
        and h.tenant_id = excluded.tenant_id and h.stream_type = excluded.stream_type and h.last_xid <= excluded.last_xid
    returning array_position(c_streams, stream_id) as o, last_recorded_at as at
  )
  select array_agg(at order by o), array_agg(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') order by o)
  into v_recorded, recorded from moved;
  if coalesce(cardinality(v_recorded), 0) < cardinality(c_streams) or 0 = any (c_counts) or c_streams = '{}' then
    perform refuse_append(c_tenants, c_streams, c_stream_types, c_expected, c_counts);
  end if;

  if c_claims is not null then
    perform take_claims(c_tenants[o], c_streams[o], c) from unnest(c_claims) with ordinality u(c, o) where c is not null;
  end if;

  insert into stage_events (tenant_id, stream_id, stream_version, id, stream_type, event_type, category, schema_version,
    correlation_id, causation_id, actor_type, actor_id, from_stage, to_stage, reason, detail, context, occurred_at, recorded_at,
    leaf_hash, epoch, xid, sequence)
  select c_tenants[c], c_streams[c], c_expected[c] + e_number[i], e_ids[i], c_stream_types[c], e_types[i], e_categories[i],
    e_schema_versions[i], c_correlations[c], e_causations[i], e_actor_types[i], e_actor_ids[i], e_from_stages[i], e_to_stages[i],
    e_reasons[i], e_details[i], c_contexts[c], coalesce(c_occurred[c], v_recorded[c]), v_recorded[c],
    leaf_hash(e_content_hashes[i], coalesce(c_occurred[c], v_recorded[c]), v_recorded[c]),
    (select s.epoch from seal_state s), pg_current_xact_id(), nextval('stage_event_sequence')
  from unnest(e_command) with ordinality as e(c, i); -- Unnesting all of them side by side costs a scan for each.

  if r_tables is not null then
    perform put_read_models(r_tables, array(
      select replace(r, p_recorded_at, recorded[c])::jsonb from unnest(r_command, r_rows) as u(c, r)));
  end if;
  if c_keys is not null then
    insert into command_receipts (tenant_id, key, request_hash, answer)
    select t, k, h, replace(a, p_recorded_at, recorded[o])::json
    from unnest(c_tenants, c_keys, c_hashes, c_answers) with ordinality u(t, k, h, a, o) where k is not null
    order by k; -- Twins in two groups wait for each other in one order only.
  end if;
end $$;
