-- Writes write_<table>(...), by which an append writes rows of a read model whose values come as texts, one for each column, in the order of
-- `value_columns`: no JSON is made and read again, and of a row that is known only what differs is written.
--
--   p_columns_key  of the columns that the values are of; p_table the very table that rows are known in
--   p_first        the place of the first row in r_*, those with changes first; so many changed, then so many whole ones
--   r_before       the stream version of the row as it is known
--   r_values       one line for each row, one place in it for each column; where no row is whole, lines may end with the last column that moves
--   r_set          the same: whether the column is set to its value; null where the time of recording is that value, or stands within it
--
-- Answers false where the rows are not as they are known: the table has other columns, is another one than it was (a rebuild took its place), or a
-- row is missing or of another version. Then nothing of the append may stand. A whole row, as ever, only replaces one of an earlier stream version.
-- PL/pgSQL, because it keeps its plans from call to call.
create function define_row_writer(p_table regclass) returns void language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_names text[];
  v_key   text[] := key_columns(p_table::text);
  v_still text[] := still_columns(p_table::text);
  v_known int;
  v_set   text;
  v_put   text;
  v_get   text;
  v_join  text;
begin
  select array_agg(attname::text order by attname = any (v_still), attnum) into v_names
  from pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped;
  v_known := hashtext(array_to_string(v_names, ',') || v_key::text || v_still::text);

  select
    string_agg(format('%1$I = case when r_set[i][%2$s] then %3$s%4$s else k.%1$I end', c.name, c.n, c.value,
        format(' when r_set[i][%s] is null then ', c.n) || c.timed), ', ')
      filter (where c.name <> all (v_key || v_still)),
    string_agg(case when c.timed is null then c.value
      else format('case when r_set[i][%s] is null then %s else %s end', c.n, c.timed, c.value) end, ', ' order by c.n),
    string_agg(format('%1$I = excluded.%1$I', c.name), ', ' order by c.n),
    string_agg(format('k.%I = %s', c.name, c.value), ' and ') filter (where c.name = any (v_key))
  into v_set, v_get, v_put, v_join
  from (
    select n, name, format('r_values[i][%s]::%s', n, format_type(a.atttypid, a.atttypmod)) as value,
      timed_value(n, format_type(a.atttypid, a.atttypmod), a.atttypid) as timed
    from unnest(v_names) with ordinality u(name, n) join pg_attribute a on a.attrelid = p_table and a.attname = name) c;

  execute format($f$
    create or replace function %1$I(
      p_columns_key int, p_table oid, p_first int, p_changed int, p_whole int,
      r_stream int[], r_before bigint[], r_set boolean[], r_values text[],
      p_recorded_at text, p_times timestamptz[], p_recorded text[]
    ) returns boolean language plpgsql as $b$
    declare
      v_count int;
    begin
      if p_columns_key <> %2$s then return false; end if;
      if p_changed > 0 then
        update %3$s k set %4$s
        from generate_series(p_first, p_first + p_changed - 1) i
        where %5$s and k.stream_version = r_before[i] and k.tableoid = p_table;
        get diagnostics v_count = row_count;
        if v_count < p_changed then return false; end if;
      end if;
      if p_whole > 0 then
        insert into %3$s as k (%6$s) select %7$s
        from generate_series(p_first + p_changed, p_first + p_changed + p_whole - 1) i
        on conflict (%8$s) do update set %9$s where k.stream_version < excluded.stream_version;
      end if;
      return true;
    end $b$ $f$, 'write_' || p_table::text, v_known, p_table, v_set, v_join,
    (select string_agg(quote_ident(n), ', ') from unnest(v_names) n), v_get,
    (select string_agg(quote_ident(k), ', ') from unnest(v_key) k), v_put);
  update read_models set value_columns = v_names, columns_key = v_known where name = p_table::text;
  perform define_write_rows();
end $$;

-- What stands for a column's value where the time of recording is it, or stands within it; null for a type that cannot have it.
create function timed_value(p_column bigint, p_type text, p_type_id regtype) returns text language sql immutable as $$
  select case
    when p_type_id = 'timestamptz'::regtype then format('p_times[r_stream[i]]::%s', p_type)
    when p_type_id = 'text'::regtype then 'p_recorded[r_stream[i]]'
    when p_type_id in ('json'::regtype, 'jsonb'::regtype) then
      format('replace(r_values[i][%s], p_recorded_at, p_recorded[r_stream[i]])::%s', p_column, p_type)
  end
$$;

-- Writes write_rows(...), which hands the rows of each table to its writer. Planner settings: a row is found by its key, however few there
-- were when the plan was made.
create function define_write_rows() returns void language plpgsql as $$
declare
  v_names text[];
  v_cases text;
begin
  select array_agg(name order by name), string_agg(format(
    'when %L then v_done := %I(t_columns_keys[t], t_oids[t]::oid, v_first, t_changed[t], t_whole[t], r_stream, r_before, r_set, r_values, p_recorded_at, p_times, p_recorded);',
    name, 'write_' || name), e'\n' order by name)
  into v_names, v_cases from read_models where value_columns is not null;
  execute format($f$
    create or replace function write_rows(
      t_names text[], t_oids bigint[], t_columns_keys int[], t_changed int[], t_whole int[],
      r_stream int[], r_before bigint[], r_set boolean[], r_values text[],
      p_recorded_at text, p_times timestamptz[], p_recorded text[]
    ) returns void language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $b$
    declare
      v_first int := 1;
      v_done  boolean;
    begin
      for t in 1 .. cardinality(t_names) loop
        case t_names[t]
          %s
        end case;
        if not v_done then
          raise exception using errcode = 'SL004', message = 'rows of a read model are not as they were known',
            detail = json_build_object('table', t_names[t])::text;
        end if;
        v_first := v_first + t_changed[t] + t_whole[t];
      end loop;
    end $b$ $f$, v_cases);
end $$;
