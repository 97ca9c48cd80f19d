-- Appends the events of one or many commands to one or many streams, in one transaction and one round trip: all or nothing.
--
--   p_locks  what to lock, in order     s_*  one element per stream, which stands once: e_stream and r_stream name it (1-based)
--   e_*  one per event                  a_*  one per act, that is a command with events: e_act names the act of each event
--   t_*  one per read model             r_*  one per row of a read model, in the order of t_*; r_values and r_set have a line for each
--   w_*  one per row of a read model that is written as JSON, whole
--   An array that nothing in the append needs is null, which costs no statement. Without e_act each stream has one act, at the same
--   place, and rows may all be JSON: so a process that knows of no other kind of append goes on beside those that do.
--
-- Order, and why it matters:
--   1. locks   advisory, sorted (no deadlock), before anything that takes a transaction id: so a transaction that waits for a
--              stream gets a higher xid than the one it waited for, and versions of a stream settle in order.
--   2. heads   compare and move. Whoever holds a later xid than ours keeps us out (40001: try again in a new transaction).
--   3. claims  taken before events, released with them.
--   4. events  sequence numbers are taken here, after every check, so that a refusal burns none.
--   5. read models and receipts; the placeholder p_recorded_at stands for the time of recording in both. Of a row that the writer knows
--              only what differs comes, by value (define-row-writer.sql). A command that was answered before under its key is refused by the
--              receipts' primary key (23505), or before that by its version.
-- A crash anywhere before commit leaves nothing. Answers, by stream, when its events were recorded (ISO 8601): all at one time, whichever
-- act they are of.
--
-- Refusals: SL400 nothing to append or a bad group; SL001 wrong expected version (detail: stream_id, expected, actual);
-- SL003 a claim is held (detail: claim, holder); SL004 a row is not as it was known: send all of them whole, as JSON (detail: table);
-- 23505 an answer is stored under the key; 40001 retry.
create function append_events(
  p_recorded_at text, p_locks bigint[],
  s_tenants uuid[], s_streams uuid[], s_stream_types text[], s_expected bigint[], s_counts int[],
  a_correlations uuid[], a_contexts jsonb[], a_occurred timestamptz[],
  s_keys text[], s_hashes bytea[], s_answers text[], s_claims jsonb[],
  e_stream int[], e_number int[], e_ids uuid[], e_types text[], e_categories text[], e_schema_versions int[],
  e_causations uuid[], e_actor_types text[], e_actor_ids text[], e_from_stages text[], e_to_stages text[], e_reasons text[],
  e_details jsonb[], e_content_hashes bytea[],
  w_stream int[], w_tables text[], w_rows text[],
  e_act int[] default null,
  t_names text[] default null, t_oids bigint[] default null, t_columns_keys int[] default null,
  t_changed int[] default null, t_whole int[] default null,
  r_stream int[] default null, r_before bigint[] default null, r_set boolean[] default null, r_values text[] default null,
  out recorded text[]
) language plpgsql security definer set search_path = stageline, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  v_recorded timestamptz[];
begin
  perform pg_advisory_xact_lock(k) from unnest(p_locks) k;

  -- A head that is not where it was expected does not move, and a stream that is not there begins only where none was expected.
  with moved as (
    insert into stream_heads as h (stream_id, tenant_id, stream_type, version, last_xid, last_recorded_at)
    select s, s_tenants[o], s_stream_types[o], s_expected[o] + s_counts[o],
           pg_current_xact_id(), date_trunc('milliseconds', clock_timestamp())
    from unnest(s_streams) with ordinality u(s, o)
    where s_expected[o] = 0 or (select true from stream_heads k where k.stream_id = s limit 1) -- With exists it may scan them all.
    on conflict (stream_id) do update
      set version = excluded.version, last_xid = excluded.last_xid,
          last_recorded_at = greatest(h.last_recorded_at, excluded.last_recorded_at)
      where h.version = s_expected[array_position(s_streams, h.stream_id)]
        and h.tenant_id = excluded.tenant_id and h.stream_type = excluded.stream_type and h.last_xid <= excluded.last_xid
    returning array_position(s_streams, stream_id) as o, last_recorded_at as at
  )
  select array_agg(at order by o), array_agg(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') order by o)
  into v_recorded, recorded from moved;
  if coalesce(cardinality(v_recorded), 0) < cardinality(s_streams) or 0 = any (s_counts) or s_streams = '{}' then
    perform refuse_append(s_tenants, s_streams, s_stream_types, s_expected, s_counts);
  end if;

  if s_claims is not null then
    perform take_claims(s_tenants[o], s_streams[o], c) from unnest(s_claims) with ordinality u(c, o) where c is not null;
  end if;

  e_act := coalesce(e_act, e_stream);
  insert into stage_events (tenant_id, stream_id, stream_version, id, stream_type, event_type, category, schema_version,
    correlation_id, causation_id, actor_type, actor_id, from_stage, to_stage, reason, detail, context, occurred_at, recorded_at,
    leaf_hash, epoch, xid, sequence)
  select s_tenants[s], s_streams[s], s_expected[s] + e_number[i], e_ids[i], s_stream_types[s], e_types[i], e_categories[i],
    e_schema_versions[i], a_correlations[e_act[i]], e_causations[i], e_actor_types[i], e_actor_ids[i], e_from_stages[i],
    e_to_stages[i], e_reasons[i], e_details[i], a_contexts[e_act[i]], coalesce(a_occurred[e_act[i]], v_recorded[s]), v_recorded[s],
    leaf_hash(e_content_hashes[i], coalesce(a_occurred[e_act[i]], v_recorded[s]), v_recorded[s]),
    (select l.epoch from seal_state l), pg_current_xact_id(), nextval('stage_event_sequence')
  from unnest(e_stream) with ordinality as e(s, i); -- Unnesting all of them side by side costs a scan for each.

  if t_names is not null then
    perform write_rows(t_names, t_oids, t_columns_keys, t_changed, t_whole, r_stream, r_before, r_set, r_values,
      p_recorded_at, v_recorded, recorded);
  end if;
  if w_tables is not null then
    perform put_read_models(w_tables, array(
      select replace(r, p_recorded_at, recorded[s])::jsonb from unnest(w_stream, w_rows) as u(s, r)));
  end if;
  if s_keys is not null then
    insert into command_receipts (tenant_id, key, request_hash, answer)
    select t, k, h, replace(a, p_recorded_at, recorded[o])::json
    from unnest(s_tenants, s_keys, s_hashes, s_answers) with ordinality u(t, k, h, a, o) where k is not null
    order by k; -- Twins in two groups wait for each other in one order only.
  end if;
end $$;
