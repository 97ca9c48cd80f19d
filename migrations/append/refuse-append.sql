-- Says why an append cannot be: a command has no events, a stream is named twice, a newer transaction wrote a stream (try again), or a
-- stream is not at its expected version.
create function refuse_append(c_tenants uuid[], c_streams uuid[], c_stream_types text[], c_expected bigint[], c_counts int[])
returns void language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_head stream_heads;
begin
  if c_streams = '{}' or 0 = any (c_counts) then
    raise exception using errcode = 'SL400', message = 'every command of an append needs at least one event';
  end if;
  if (select count(distinct s) from unnest(c_streams) s) < cardinality(c_streams) then
    raise exception using errcode = 'SL400', message = 'a stream may stand once in an append';
  end if;
  for i in 1 .. cardinality(c_streams) loop
    select * into v_head from stream_heads where stream_id = c_streams[i];
    continue when v_head.version = c_expected[i] + c_counts[i] and v_head.last_xid = pg_current_xact_id(); -- This one did move.
    if v_head.version = c_expected[i] and v_head.tenant_id = c_tenants[i] and v_head.stream_type = c_stream_types[i] then
      raise exception using errcode = '40001', message = 'a newer transaction wrote this stream: try again';
    end if;
    raise exception using errcode = 'SL001', message = 'the stream is not at the expected version',
      detail = json_build_object('stream_id', c_streams[i], 'expected', c_expected[i], 'actual', coalesce(v_head.version, 0))::text;
  end loop;
end $$;
