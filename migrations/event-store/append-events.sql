-- Appends the events of one or many commands, each to a stream of its own, in one transaction and one round trip: all or nothing.
--
--   arrays p_*  one element per command     arrays e_*  one element per event, e_command naming its command (1-based)
--
-- Order, and why it matters:
--   1. locks   advisory, sorted (no deadlock), before anything that takes a transaction id: so a transaction that waits for a
--              stream gets a higher xid than the one it waited for, and versions of a stream settle in order.
--   2. replays a command whose receipt is there is answered with it and writes nothing.
--   3. heads   compare and move. Whoever holds a later xid than ours keeps us out (40001: try again in a new transaction).
--   4. claims  taken before events, released with them.
--   5. events  sequence numbers are taken here, after every check, so that a refusal burns none.
--   6. read models, then receipts; the placeholder p_recorded_at stands for the time of recording in both.
-- A crash anywhere before commit leaves nothing. What a command does not use costs it no statement.
--
-- Refusals: SL400 nothing to append or a bad group; SL001 wrong expected version (detail: stream_id, expected, actual);
-- SL002 idempotency key used for another request; SL003 a claim is held (detail: claim, holder); 40001 retry.
create function append_events(
  p_tenants uuid[], p_streams uuid[], p_stream_types text[], p_expected bigint[], p_counts int[], p_correlations uuid[],
  p_actor_types text[], p_actor_ids text[], p_contexts jsonb[], p_occurred timestamptz[],
  p_receipt_keys text[], p_receipt_hashes bytea[], p_answers text[], p_claims jsonb[], p_rows text[], p_recorded_at text,
  e_command int[], e_number int[], e_ids uuid[], e_types text[], e_categories text[], e_schema_versions int[],
  e_causations uuid[], e_from_stages text[], e_to_stages text[], e_reasons text[], e_details jsonb[], e_content_hashes bytea[]
) returns table (command int, recorded_at timestamptz, replayed json)
language plpgsql security definer set search_path = stageline, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  v_commands int := coalesce(cardinality(p_streams), 0);
  v_replayed int[] := '{}';
  v_recorded timestamptz[];
  v_at       text;
  i          int;
begin
  if v_commands = 0 or 0 = any (p_counts) then
    raise exception using errcode = 'SL400', message = 'every command of an append needs at least one event';
  end if;
  if v_commands > 1 then
    perform require_distinct(p_streams);
  end if;

  perform pg_advisory_xact_lock(l.k) from (
    select hashtextextended(s::text, 77) as k from unnest(p_streams) s
    union select hashtextextended(t::text || r, 78) from unnest(p_tenants, p_receipt_keys) as u(t, r) where r is not null
    order by k) l;

  if cardinality(array_remove(p_receipt_keys, null)) > 0 then
    for command, replayed in select * from receipts_of(p_tenants, p_receipt_keys, p_receipt_hashes) loop
      v_replayed := v_replayed || command;
      return next;
    end loop;
    if cardinality(v_replayed) = v_commands then return; end if;
  end if;

  with moved as (
    insert into stream_heads as h (stream_id, tenant_id, stream_type, version, last_xid, last_recorded_at)
    select p_streams[o], p_tenants[o], p_stream_types[o], p_expected[o] + p_counts[o],
           pg_current_xact_id(), date_trunc('milliseconds', clock_timestamp())
    from generate_subscripts(p_streams, 1) o
    where o <> all (v_replayed)
      and (p_expected[o] = 0 or exists (select from stream_heads k where k.stream_id = p_streams[o]))
    on conflict (stream_id) do update
      set version = excluded.version, last_xid = excluded.last_xid,
          last_recorded_at = greatest(h.last_recorded_at, excluded.last_recorded_at)
      where h.version = p_expected[array_position(p_streams, h.stream_id)]
        and h.tenant_id = excluded.tenant_id and h.stream_type = excluded.stream_type and h.last_xid <= excluded.last_xid
    returning stream_id, last_recorded_at
  )
  select array_agg(m.last_recorded_at order by o) into v_recorded
  from generate_subscripts(p_streams, 1) o left join moved m on m.stream_id = p_streams[o];

  for i in 1 .. v_commands loop
    continue when i = any (v_replayed);
    if v_recorded[i] is null then
      perform refuse_append(p_tenants[i], p_streams[i], p_stream_types[i], p_expected[i]);
    end if;
    if p_claims[i] is not null then
      perform take_claims(p_tenants[i], p_streams[i], p_claims[i]);
    end if;
  end loop;

  insert into stage_events (tenant_id, stream_id, stream_version, id, stream_type, event_type, category, schema_version,
    correlation_id, causation_id, actor_type, actor_id, from_stage, to_stage, reason, detail, context, occurred_at, recorded_at,
    leaf_hash, epoch, xid, sequence)
  select p_tenants[c], p_streams[c], p_expected[c] + n, id, p_stream_types[c], type, category, schema_version,
    p_correlations[c], causation, p_actor_types[c], p_actor_ids[c], from_stage, to_stage, reason, detail, p_contexts[c],
    coalesce(p_occurred[c], v_recorded[c]), v_recorded[c],
    leaf_hash(content_hash, coalesce(p_occurred[c], v_recorded[c]), v_recorded[c]),
    (select s.epoch from seal_state s), pg_current_xact_id(), nextval('stage_event_sequence')
  from (select * from unnest(e_command, e_number, e_ids, e_types, e_categories, e_schema_versions, e_causations, e_from_stages,
          e_to_stages, e_reasons, e_details, e_content_hashes)
        as e(c, n, id, type, category, schema_version, causation, from_stage, to_stage, reason, detail, content_hash)
        where c <> all (v_replayed) order by c, n) e;

  replayed := null;
  for i in 1 .. v_commands loop
    continue when i = any (v_replayed);
    command := i;
    recorded_at := v_recorded[i];
    v_at := to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
    if p_rows[i] is not null then
      perform put_read_models(replace(p_rows[i], p_recorded_at, v_at)::jsonb);
    end if;
    if p_receipt_keys[i] is not null then
      insert into command_receipts (tenant_id, key, request_hash, answer)
      values (p_tenants[i], p_receipt_keys[i], p_receipt_hashes[i], replace(p_answers[i], p_recorded_at, v_at)::json);
    end if;
    return next;
  end loop;
end $$;
