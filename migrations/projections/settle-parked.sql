-- Ends the retry of a parked stream that was folded up to p_up_to: its rows are put and it goes on with the others, or it is parked anew
-- at what failed now (p_parked). Answers false, and does nothing, where by now the checkpoint is past later events of the stream, which
-- have to be folded too.
create function settle_parked(
  p_name text, p_version int, p_stream uuid, p_up_to bigint, p_rows jsonb, p_parked jsonb
) returns boolean language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_position bigint;
begin
  select position into v_position from read_models where name = p_name and built_version <= p_version for no key update;
  if not found or exists (select from sealed_events
      where stream_id = p_stream and stream_version > p_up_to and position <= v_position) then
    return false;
  end if;
  if p_rows <> '[]' then perform put_read_models(jsonb_build_object(p_name, p_rows)); end if;
  if p_parked <> '[]' then
    perform park_streams(p_name, false, p_parked);
  else
    delete from parked_streams where name = p_name and stream_id = p_stream and not in_rebuild;
  end if;
  return true;
end $$;
grant execute on function settle_parked to stageline_app;
