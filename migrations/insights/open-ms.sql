-- How long a spell that is not finished has been by now: what it ran before it was parked, and since then, or nothing while parked.
create function open_ms(p_before bigint, p_since timestamptz, p_now timestamptz) returns float8 language sql immutable parallel safe as $$
  select p_before + coalesce(greatest(0, extract(epoch from p_now - p_since) * 1000), 0)::float8
$$;
grant execute on function open_ms to stageline_app;
