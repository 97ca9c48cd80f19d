-- Puts rows of streams that moved: a row is only ever replaced by one of a later stream version.
create function put_rebuild(p_rebuild uuid, p_attempt int, p_rows jsonb) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_next text := require_rebuild(p_rebuild, p_attempt) || '_next';
  v_key  text;
  v_set  text;
begin
  select string_agg(format('%I', k), ', ') into v_key from unnest(key_columns(v_next)) k;
  select string_agg(format('%1$I = excluded.%1$I', attname), ', ') into v_set
  from pg_attribute where attrelid = v_next::regclass and attnum > 0 and not attisdropped;
  execute format(
    'insert into %1$I as kept select * from jsonb_populate_recordset(null::%1$I, $1)
     on conflict (%2$s) do update set %3$s where kept.stream_version < excluded.stream_version', v_next, v_key, v_set)
  using p_rows;
end $$;
grant execute on function put_rebuild to stageline_app;
