-- The leaf of one event: SHA-256 over 0x00 (RFC 6962's leaf prefix), the length-prefixed tag, the hash of the canonical content
-- that the writer computed, and the two times, which only the database knows at the moment of writing: each as a signed 64-bit
-- big-endian count of microseconds since 2000-01-01T00:00:00Z, PostgreSQL's own binary form (arithmetic on epochs costs ten times as much).
create function leaf_hash(p_content_hash bytea, p_occurred_at timestamptz, p_recorded_at timestamptz) returns bytea
language sql immutable parallel safe as $$
  select sha256('\x0011'::bytea || 'stageline.event.1'::bytea || p_content_hash
    || timestamptz_send(p_occurred_at) || timestamptz_send(p_recorded_at))
$$;
