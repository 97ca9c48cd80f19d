-- Holds the rebuilt rows against the live ones. Wrong for sure is a live row that is missing, that is older than the rebuilt one (rows are
-- written with their events), or that differs at the same stream version. A live row that is newer than the rebuilt one, or alone,
-- may only have moved since: those are `suspects`, to be asked about again when the rebuild has caught up with what moved.
create function compare_rebuild(
  p_rebuild uuid, p_attempt int,
  out only_rebuilt bigint, out different bigint, out samples jsonb, out suspects jsonb
) language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live text := require_rebuild(p_rebuild, p_attempt);
  v_join text;
  v_key  text;
begin
  select string_agg(format('l.%1$I = n.%1$I', k), ' and '), string_agg(format('%1$L, coalesce(l.%1$I, n.%1$I)', k), ', ')
  into v_join, v_key from unnest(key_columns(v_live)) k;
  execute format($f$
    with found as materialized (
      select case when l.stream_version is null then 'only_rebuilt'
        when n.stream_version is null or n.stream_version < l.stream_version then 'suspect' else 'different' end as kind,
        jsonb_build_object(%4$s) as key, l.stream_version
      from %1$I l full join %2$I n on %3$s
      where l.stream_version is distinct from n.stream_version or row(l.*) is distinct from row(n.*)
    )
    select (select count(*) from found where kind = 'only_rebuilt'), (select count(*) from found where kind = 'different'),
      (select coalesce(jsonb_agg(to_jsonb(f) - 'stream_version'), '[]') from (select * from found where kind <> 'suspect' limit 10) f),
      (select coalesce(jsonb_agg(f.key || jsonb_build_object('stream_version', f.stream_version)), '[]')
       from (select * from found where kind = 'suspect' limit 10000) f)
    $f$, v_live, v_live || '_next', v_join, v_key)
  into only_rebuilt, different, samples, suspects;
end $$;
grant execute on function compare_rebuild to stageline_app;

-- Which of the suspects the rebuild still knows nothing of, or not in that version, having caught up: live rows that no event accounts for.
create function unaccounted_rows(p_rebuild uuid, p_attempt int, p_suspects jsonb, out only_live bigint, out samples jsonb)
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_next text := require_rebuild(p_rebuild, p_attempt) || '_next';
  v_join text;
  v_key  text;
begin
  select string_agg(format('s.%1$I = n.%1$I', k), ' and '), string_agg(format('%1$L, s.%1$I', k), ', ')
  into v_join, v_key from unnest(key_columns(v_next)) k;
  execute format($f$
    with found as materialized (
      select 'only_live' as kind, jsonb_build_object(%3$s) as key from jsonb_populate_recordset(null::%1$I, $1) s
      where not exists (select from %1$I n where %2$s and n.stream_version >= s.stream_version))
    select (select count(*) from found), (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from (select * from found limit 10) f)
    $f$, v_next, v_join, v_key)
  into only_live, samples using p_suspects;
end $$;
grant execute on function unaccounted_rows to stageline_app;
