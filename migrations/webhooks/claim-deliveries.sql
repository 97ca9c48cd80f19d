-- Hands out deliveries that are due, each for the time of its lease, of webhooks that this process has the key for.
--
--   p_limit   all together            p_each    under way to one webhook at once, over all processes
--   p_probes  to failing webhooks: one at a time each, so that the dead do not take the places of the living
--
-- The first of each stream is the only one that is pending, so whatever is handed out keeps the order. Nothing is promised by a lease: one
-- that runs out is handed out again under the next attempt, and what the first one says then is not heard.
--
-- Each statement is written so that one index alone gives its order: plans made while the table was small are as good when it is large.
create function claim_deliveries(p_limit int, p_each int, p_probes int, p_lease_seconds int, p_key text)
returns table (webhook uuid, place bigint, stream uuid, version bigint, attempt int, failed int, is_probe boolean,
  url uuid, secret uuid, previous_secret uuid)
language plpgsql security definer set search_path = stageline, pg_temp set enable_seqscan = off as $$
declare
  v_now   timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_left  int := p_limit;
  v_probes int := p_probes;
  v_room  int;
  v_count int;
  v_hook  record;
begin
  perform set_config('synchronous_commit', 'off', true);
  for v_hook in
    select p.webhook_id, p.failing_since is not null as is_failing, w.url_id, w.secret_id,
      case when w.secret_rotated_at > v_now - interval '24 hours' then w.previous_secret_id end as previous_id
    from webhook_progress p
    join webhooks w on w.id = p.webhook_id and w.status = 'active'
    join webhook_secrets u on u.webhook_id = w.id and u.id = w.url_id and u.key_id = p_key
    join webhook_secrets s on s.webhook_id = w.id and s.id = w.secret_id and s.key_id = p_key
    where (p.rests_until is null or p.rests_until <= v_now) and exists (
      select from webhook_deliveries d where d.webhook_id = p.webhook_id and d.status = 'pending' and d.next_attempt_at <= v_now)
    order by p.failing_since is not null, random()
    for update of p skip locked
  loop
    exit when v_left <= 0;
    continue when v_hook.is_failing and v_probes <= 0;
    select case when v_hook.is_failing then 1 else p_each end - count(*) into v_room from (
      select from webhook_deliveries d where d.webhook_id = v_hook.webhook_id and d.leased_until > v_now
      order by d.leased_until limit p_each) as under_way;
    continue when v_room <= 0;
    return query
      update webhook_deliveries d set attempts = d.attempts + 1, leased_until = v_now + make_interval(secs => p_lease_seconds),
        next_attempt_at = v_now + make_interval(secs => p_lease_seconds)
      where d.ctid = any (array(
        select due.ctid from webhook_deliveries due
        where due.webhook_id = v_hook.webhook_id and due.status = 'pending' and due.next_attempt_at <= v_now
        order by due.next_attempt_at limit least(v_room, v_left)))
      returning d.webhook_id, d.position, d.stream_id, d.stream_version, d.attempts, d.failed_count, v_hook.is_failing,
        v_hook.url_id, v_hook.secret_id, v_hook.previous_id;
    get diagnostics v_count = row_count;
    v_left := v_left - v_count;
    if v_hook.is_failing then v_probes := v_probes - v_count; end if;
  end loop;
end $$;
grant execute on function claim_deliveries to stageline_app;
