-- Makes deliveries of the next stretch of the timeline for one webhook, and moves its position in the same transaction. Answers whether it
-- moved: not at the head, not while paused, and not while so many have not arrived that more would only pile up; nothing is lost by that,
-- it goes on from its position.
--
-- The lock on the webhook's progress comes first and each further statement sees what was committed until then: so an event that joins the
-- line of its stream sees whether one before it has arrived, and whoever settles that one sees the event.
create function spread_timeline(p_webhook uuid, p_page int, p_most_open int) returns boolean
language plpgsql security definer set search_path = stageline, pg_temp set enable_seqscan = off as $$
declare
  v_from bigint;
  v_to   bigint;
  v_hook record;
  v_now  timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  perform set_config('synchronous_commit', 'off', true); -- What a crash of the server undoes is done again.
  insert into webhook_progress (webhook_id, tenant_id, position)
    select id, tenant_id, from_position from webhooks where id = p_webhook and status = 'active' on conflict do nothing;
  select position into v_from from webhook_progress where webhook_id = p_webhook for update;
  select tenant_id, categories, event_types into v_hook from webhooks where id = p_webhook and status = 'active';
  if not found then return false; end if;
  select least(last_position, v_from + p_page) into v_to from seal_state;
  if v_from is null or v_to <= v_from or has_open_deliveries(p_webhook, p_most_open) then return false; end if;
  insert into webhook_deliveries (webhook_id, position, tenant_id, event_id, stream_id, stream_version, event_type, category, status,
    next_attempt_at, created_at)
  select p_webhook, l.position, l.tenant_id, l.event_id, l.stream_id, l.stream_version, l.event_type, l.category,
    case when l.is_first then 'pending' else 'held' end, case when l.is_first then v_now end, v_now
  from (
    select s.*, row_number() over (partition by s.stream_id order by s.position) = 1 and not exists (
      select from webhook_deliveries d where d.webhook_id = p_webhook and d.stream_id = s.stream_id
        and d.status in ('pending', 'held', 'dead')) as is_first
    from (
      select * from sealed_events
      where tenant_id = v_hook.tenant_id and position > v_from and position <= v_to
        and (v_hook.categories = '{}' or category = any (v_hook.categories))
        and (v_hook.event_types = '{}' or event_type = any (v_hook.event_types))
      order by position) s
  ) l;
  update webhook_progress set position = v_to where webhook_id = p_webhook;
  return true;
end $$;

-- Whether so many deliveries have not arrived yet.
create function has_open_deliveries(p_webhook uuid, p_count int) returns boolean
language sql stable set search_path = stageline, pg_temp as $$
  select count(*) >= p_count from (
    select from webhook_deliveries where webhook_id = p_webhook and status in ('pending', 'held', 'dead') limit p_count) as waiting
$$;
grant execute on function spread_timeline to stageline_app;
