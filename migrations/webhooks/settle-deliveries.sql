-- What became of an attempt. Heard only from the latest one; answers whether it was.
--
--   p_error null    it arrived: the next of its stream is due. A receiver that was failing is well again, and all that wait for it are due
--   else            due again after p_wait seconds, or dead where that was failure p_most. p_rest: the receiver asked for so many seconds of
--                   quiet; at the fifth failure in a row, and from then on, it gets some without asking. Up to five are under way beside it:
--                   whatever becomes of those ends no rest that was asked for
create function settle_delivery(
  p_webhook uuid, p_position bigint, p_attempt int, p_status int, p_error text, p_wait float8, p_rest float8, p_most int
) returns boolean
language plpgsql security definer set search_path = stageline, pg_temp set enable_seqscan = off as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_before record;
  v_stream uuid;
begin
  perform set_config('synchronous_commit', 'off', true); -- Lost with the server, it is sent again under the same id.
  select failed_count, failing_since into v_before from webhook_progress where webhook_id = p_webhook for update;
  if not found then return false; end if;
  update webhook_deliveries set leased_until = null, last_status = p_status, last_error = p_error,
    failed_count = failed_count + (p_error is not null)::int,
    status = case when p_error is null then 'delivered' when failed_count + 1 >= p_most then 'dead' else 'pending' end,
    delivered_at = case when p_error is null then v_now end,
    next_attempt_at = case when p_error is not null and failed_count + 1 < p_most then v_now + make_interval(secs => p_wait) end
  where ctid = (
    -- Found by a range, so that only an index with the position in it gives the order: see claim_deliveries.
    select ctid from webhook_deliveries
    where webhook_id = p_webhook and position between p_position and p_position and status = 'pending' and attempts = p_attempt
    order by position limit 1)
  returning stream_id into v_stream;
  if not found then return false; end if;
  if p_error is null then
    perform release_next(p_webhook, v_stream, v_now);
    update webhook_progress set last_success_at = v_now, failed_count = 0, failing_since = null,
      rests_until = case when failing_since is null then rests_until end
    where webhook_id = p_webhook;
    if v_before.failing_since is not null then perform hurry_deliveries(p_webhook); end if;
  else
    update webhook_progress set last_failure_at = v_now, last_error = p_error, failed_count = failed_count + 1,
      failing_since = case when failed_count + 1 >= 5 then coalesce(failing_since, v_now) end,
      rests_until = greatest(rests_until, v_now + make_interval(secs =>
        greatest(p_rest, case when failed_count + 1 >= 5 then least(p_wait, 300) end)))
    where webhook_id = p_webhook;
  end if;
  return true;
end $$;

-- The next of a stream that was held is due at that time. Until then it counts as under way: something of its stream still is.
create function release_next(p_webhook uuid, p_stream uuid, p_at timestamptz) returns void
language sql set search_path = stageline, pg_temp as $$
  update webhook_deliveries set status = 'pending', next_attempt_at = p_at, leased_until = case when p_at > clock_timestamp() then p_at end
  where ctid = (
    select ctid from webhook_deliveries where webhook_id = p_webhook and stream_id = p_stream and status = 'held'
    order by stream_id, position limit 1)
$$;

-- Whatever waits for its next attempt is due.
create function hurry_deliveries(p_webhook uuid) returns void
language sql set search_path = stageline, pg_temp as $$
  update webhook_deliveries set next_attempt_at = date_trunc('milliseconds', clock_timestamp())
  where webhook_id = p_webhook and status = 'pending' and leased_until is null and next_attempt_at > clock_timestamp()
$$;

-- Begins anew with a receiver that is said to be well: after a pause, at a new URL.
create function refresh_webhook(p_tenant uuid, p_webhook uuid) returns void
language plpgsql security definer set search_path = stageline, pg_temp set enable_seqscan = off as $$
begin
  update webhook_progress set failed_count = 0, failing_since = null, rests_until = null where webhook_id = p_webhook and tenant_id = p_tenant;
  if found then perform hurry_deliveries(p_webhook); end if;
end $$;
grant execute on function settle_delivery, refresh_webhook to stageline_app;
