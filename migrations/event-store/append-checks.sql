-- A group that names a stream twice could not compare its versions.
create function require_distinct(p_streams uuid[]) returns void language plpgsql as $$
begin
  if (select count(distinct s) from unnest(p_streams) s) < cardinality(p_streams) then
    raise exception using errcode = 'SL400', message = 'a stream may stand once in an append';
  end if;
end $$;

-- The answers that commands of an append were given before, by the command's place; refuses a key that was used for another request.
create function receipts_of(p_tenants uuid[], p_keys text[], p_hashes bytea[]) returns table (command int, answer json)
language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_hash bytea;
begin
  for command, v_hash, answer in
    select o, r.request_hash, r.answer from generate_subscripts(p_keys, 1) o
    join command_receipts r on r.tenant_id = p_tenants[o] and r.key = p_keys[o]
  loop
    if v_hash <> p_hashes[command] then
      raise exception using errcode = 'SL002', message = 'the idempotency key was used for another request';
    end if;
    return next;
  end loop;
end $$;

-- Says why a head did not move: a newer transaction wrote the stream (try again), or it is not at the expected version.
create function refuse_append(p_tenant uuid, p_stream uuid, p_type text, p_expected bigint) returns void
language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_head stream_heads;
begin
  select * into v_head from stream_heads where stream_id = p_stream;
  if v_head.version = p_expected and v_head.tenant_id = p_tenant and v_head.stream_type = p_type then
    raise exception using errcode = '40001', message = 'a newer transaction wrote this stream: try again';
  end if;
  raise exception using errcode = 'SL001', message = 'the stream is not at the expected version',
    detail = json_build_object('stream_id', p_stream, 'expected', p_expected, 'actual', coalesce(v_head.version, 0))::text;
end $$;
