-- Sends dead letters again, each with all its attempts before it: of one event, or all of the webhook. Answers how many. What is held
-- behind them follows in order.
create function replay_deliveries(p_tenant uuid, p_webhook uuid, p_event uuid) returns int
language plpgsql security definer set search_path = stageline, pg_temp set enable_seqscan = off as $$
declare
  v_count int;
begin
  perform from webhook_progress where webhook_id = p_webhook and tenant_id = p_tenant for update;
  if not found then return 0; end if;
  update webhook_deliveries set status = 'pending', failed_count = 0, next_attempt_at = date_trunc('milliseconds', clock_timestamp())
  where webhook_id = p_webhook and status = 'dead' and (p_event is null or event_id = p_event);
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- Decides that an event is not sent, dead or still tried; what is held behind it goes on, but not before an attempt that is under way can no
-- longer arrive. Answers whether it was decided.
create function skip_delivery(p_tenant uuid, p_webhook uuid, p_event uuid, p_by text) returns boolean
language plpgsql security definer set search_path = stageline, pg_temp set enable_seqscan = off as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_before record;
begin
  perform from webhook_progress where webhook_id = p_webhook and tenant_id = p_tenant for update;
  if not found then return false; end if;
  select position, stream_id, leased_until into v_before from webhook_deliveries
  where webhook_id = p_webhook and event_id = p_event and status in ('pending', 'dead');
  if not found then return false; end if;
  update webhook_deliveries set status = 'skipped', skipped_at = v_now, skipped_by = p_by, next_attempt_at = null, leased_until = null
  where webhook_id = p_webhook and position = v_before.position;
  perform release_next(p_webhook, v_before.stream_id, greatest(v_now, v_before.leased_until));
  return true;
end $$;
grant execute on function replay_deliveries, skip_delivery to stageline_app;

-- Removes what nobody asks for any more, a batch at most of each; answers how many rows: deliveries that arrived so many seconds ago, what
-- belongs to deleted webhooks, and URLs and secrets that were replaced, or that no event came to name within an hour. A secret that was
-- replaced signs for 24 hours more.
create function forget_webhooks(p_keep_seconds int, p_limit int) returns int
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_now   timestamptz := clock_timestamp();
  v_count int;
  v_all   int := 0;
begin
  delete from webhook_deliveries where (webhook_id, position) in (
    select webhook_id, position from webhook_deliveries
    where status = 'delivered' and delivered_at <= v_now - make_interval(secs => p_keep_seconds)
    order by delivered_at limit p_limit for update skip locked);
  get diagnostics v_all = row_count;
  delete from webhook_deliveries where (webhook_id, position) in (
    select d.webhook_id, d.position from webhooks w join webhook_deliveries d on d.webhook_id = w.id
    where w.status = 'deleted' limit p_limit for update of d skip locked);
  get diagnostics v_count = row_count;
  v_all := v_all + v_count;
  delete from webhook_progress p using webhooks w where w.id = p.webhook_id and w.status = 'deleted';
  delete from webhook_secrets s where s.created_at <= v_now - interval '1 hour' and not exists (
      select from webhooks w where w.id = s.webhook_id and w.status <> 'deleted'
        and (s.id in (w.url_id, w.secret_id) or s.id = w.previous_secret_id and w.secret_rotated_at > v_now - interval '24 hours'))
    or exists (select from webhooks w where w.id = s.webhook_id and w.status = 'deleted');
  return v_all;
end $$;
grant execute on function forget_webhooks to stageline_app;
