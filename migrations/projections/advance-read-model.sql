-- One page of a read model that follows the timeline: its rows, the streams that failed, and the checkpoint, moved from p_from to p_to.
-- Answers false, and does nothing, where the world moved: another process was faster, newer software built the rows, or a stream that
-- was left out as parked (p_skipped) was taken up again meanwhile. The lock on the checkpoint is the one that retries and switches take.
create function advance_read_model(
  p_name text, p_version int, p_from bigint, p_to bigint, p_rows jsonb, p_skipped uuid[], p_parked jsonb
) returns boolean language plpgsql security definer set search_path = stageline, pg_temp as $$
begin
  perform from read_models where name = p_name and position = p_from and built_version <= p_version for no key update;
  if not found then return false; end if;
  if exists (select from unnest(p_skipped) s
             where not exists (select from parked_streams where name = p_name and stream_id = s and not in_rebuild)) then
    return false;
  end if;
  update read_models set position = p_to, moved_at = clock_timestamp() where name = p_name;
  if p_rows <> '[]' then perform put_read_models(jsonb_build_object(p_name, p_rows)); end if;
  if p_parked <> '[]' then perform park_streams(p_name, false, p_parked); end if;
  return true;
end $$;
grant execute on function advance_read_model to stageline_app;
