-- The leaf of one event: SHA-256 over 0x00 (RFC 6962's leaf prefix), the length-prefixed tag, the hash of the canonical content
-- that the writer computed, and the two times as signed 64-bit milliseconds, which only the database knows at the moment of writing.
create function leaf_hash(p_content_hash bytea, p_occurred_at timestamptz, p_recorded_at timestamptz) returns bytea
language sql immutable parallel safe as $$
  select sha256('\x0011'::bytea || convert_to('stageline.event.1', 'UTF8') || p_content_hash
    || int8send((extract(epoch from p_occurred_at) * 1000)::bigint)
    || int8send((extract(epoch from p_recorded_at) * 1000)::bigint))
$$;
