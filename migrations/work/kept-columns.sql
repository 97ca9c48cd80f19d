-- What a rebuild needs to know of a read model whose rows are not written by events alone.
--   kept_columns  written in place, beside the events: not compared, and taken over from the live row of the same stream version
--   archive       a table of the same columns to which rows are moved that no later event touches. A rebuild makes those rows anew too, so
--                 that the switch empties it
alter table read_models add column kept_columns text[] not null default '{}', add column archive text;

-- The columns of a table but for those named, each after a prefix: `l.id, l.tenant_id`.
create function columns_without(p_table text, p_without text[], p_prefix text) returns text
language sql stable set search_path = stageline, pg_temp as $$
  select string_agg(format('%s.%I', p_prefix, attname), ', ' order by attnum)
  from pg_attribute where attrelid = p_table::regclass and attnum > 0 and not attisdropped and attname <> all (p_without)
$$;

-- As before, but for what is kept, and with the archive among the live rows.
create or replace function compare_rebuild(
  p_rebuild uuid, p_attempt int,
  out only_rebuilt bigint, out different bigint, out samples jsonb, out suspects jsonb
) language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live  text := require_rebuild(p_rebuild, p_attempt);
  v_join  text;
  v_key   text;
  v_model read_models;
begin
  select * into v_model from read_models where name = v_live;
  select string_agg(format('l.%1$I = n.%1$I', k), ' and '), string_agg(format('%1$L, coalesce(l.%1$I, n.%1$I)', k), ', ')
  into v_join, v_key from unnest(key_columns(v_live)) k;
  execute format($f$
    with found as materialized (
      select case when l.stream_version is null then 'only_rebuilt'
        when n.stream_version is null or n.stream_version < l.stream_version then 'suspect' else 'different' end as kind,
        jsonb_build_object(%4$s) as key, l.stream_version
      from %1$s l full join %2$I n on %3$s
      where l.stream_version is distinct from n.stream_version or row(%5$s) is distinct from row(%6$s)
    )
    select (select count(*) from found where kind = 'only_rebuilt'), (select count(*) from found where kind = 'different'),
      (select coalesce(jsonb_agg(to_jsonb(f) - 'stream_version'), '[]') from (select * from found where kind <> 'suspect' limit 10) f),
      (select coalesce(jsonb_agg(f.key || jsonb_build_object('stream_version', f.stream_version)), '[]')
       from (select * from found where kind = 'suspect' limit 10000) f)
    $f$, live_rows(v_model), v_live || '_next', v_join, v_key,
    columns_without(v_live, v_model.kept_columns, 'l'), columns_without(v_live, v_model.kept_columns, 'n'))
  into only_rebuilt, different, samples, suspects;
end $$;

-- What stands in a `from` for all live rows of a read model.
create function live_rows(p_model read_models) returns text
language sql immutable set search_path = stageline, pg_temp as $$
  select case when p_model.archive is null then quote_ident(p_model.name)
    else format('(select * from %I union all select * from %I)', p_model.name, p_model.archive) end
$$;

-- As before; before the tables change places, what is kept is taken over, and the archive is emptied: the rebuilt table has its rows.
create or replace function switch_rebuild(p_rebuild uuid, p_attempt int, p_position bigint, p_report jsonb) returns void
language plpgsql security definer set search_path = stageline, pg_temp as $$
declare
  v_live  text := require_rebuild(p_rebuild, p_attempt);
begin
  perform take_over_kept(m) from read_models m where name = v_live;
  perform rename_read_model(v_live, '', '_previous');
  perform rename_read_model(v_live || '_next', '_next', '');
  update read_models set position = p_position, moved_at = clock_timestamp(),
    built_version = (select version from projection_rebuilds where id = p_rebuild) where name = v_live;
  delete from parked_streams where name = v_live;
  update projection_rebuilds set status = 'done', phase = null, report = p_report, error = null, finished_at = clock_timestamp()
  where id = p_rebuild;
end $$;

create function take_over_kept(p_model read_models) returns void
language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_set  text;
  v_any  text;
  v_join text;
begin
  if p_model.kept_columns <> '{}' then
    select string_agg(format('%1$I = l.%1$I', c), ', '), string_agg(format('l.%I is not null', c), ' or ')
    into v_set, v_any from unnest(p_model.kept_columns) c;
    select string_agg(format('l.%1$I = n.%1$I', k), ' and ') into v_join from unnest(key_columns(p_model.name)) k;
    execute format('update %I n set %s from %I l where %s and l.stream_version = n.stream_version and (%s)',
      p_model.name || '_next', v_set, p_model.name, v_join, v_any);
  end if;
  if p_model.archive is not null then execute format('truncate %I', p_model.archive); end if;
end $$;
