-- Writes write_<table>(...), by which an append writes rows of a read model whose values come as texts, one for each column, in the order of
-- `value_columns`: no JSON is made and read again, and of a row that is known only what differs is written.
--
--   p_columns_key  of the columns that the values are of; p_table the very table that rows are known in
--   p_first        the place of the first row in r_*, those with changes first; so many changed, then so many whole ones
--   p_at           the place before its first value
--   r_before       the stream version of the row as it is known; r_marks one bit for each column that changes, lowest first, and the highest,
--                  2^62, where the time of recording stands within a text or JSON. Whole rows have no other mark
--
-- Answers false where the rows are not as they are known: the table has other columns, is another one than it was (a rebuild took its place), or a
-- row is missing or of another version. Then nothing of the append may stand. A whole row, as ever, only replaces one of an earlier stream version.
-- PL/pgSQL, because it keeps its plans from call to call.
create function define_row_writer(p_table regclass) returns void language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_names text[];
  v_key   text[] := key_columns(p_table::text);
  v_width int;
  v_row   int;
  v_set   text;
  v_put   text;
  v_get   text;
  v_join  text;
begin
  select array_agg(attname::text order by attnum) into v_names
  from pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped;
  v_width := cardinality(v_names);
  if v_width > 62 then raise exception 'the read model % has more columns than an append can mark', p_table; end if;
  v_row := hashtext(array_to_string(v_names, ',') || v_key::text);

  select
    string_agg(format('%1$I = case when r.m & %2$s = 0 then k.%1$I else %3$s end', c.name, 1::bigint << (c.n - 1)::int, c.value), ', ')
      filter (where c.name <> all (v_key)),
    string_agg(c.value, ', ' order by c.n),
    string_agg(format('%1$I = excluded.%1$I', c.name), ', ' order by c.n),
    string_agg(format('k.%I = %s', c.name, c.value), ' and ') filter (where c.name = any (v_key))
  into v_set, v_get, v_put, v_join
  from (
    select n, name, row_value(format('r_values[r.v + %s]', n), format_type(a.atttypid, a.atttypmod), a.atttypid) as value
    from unnest(v_names) with ordinality u(name, n) join pg_attribute a on a.attrelid = p_table and a.attname = name) c;

  execute format($f$
    create or replace function %1$I(
      p_columns_key int, p_table oid, p_first int, p_changed int, p_whole int, p_at int,
      r_stream int[], r_before bigint[], r_marks bigint[], r_values text[],
      p_recorded_at text, p_times timestamptz[], p_recorded text[]
    ) returns boolean language plpgsql as $b$
    declare
      v_count int;
    begin
      if p_columns_key <> %2$s then return false; end if;
      if p_changed > 0 then
        update %3$s k set %4$s
        from (select r_stream[i] as s, r_before[i] as b, r_marks[i] as m, p_at + (i - p_first) * %5$s as v
              from generate_series(p_first, p_first + p_changed - 1) i offset 0) r
        where %6$s and k.stream_version = r.b and k.tableoid = p_table;
        get diagnostics v_count = row_count;
        if v_count < p_changed then return false; end if;
      end if;
      if p_whole > 0 then
        insert into %3$s as k (%7$s) select %8$s
        from (select r_stream[i] as s, r_marks[i] as m, p_at + (i - p_first) * %5$s as v
              from generate_series(p_first + p_changed, p_first + p_changed + p_whole - 1) i offset 0) r
        on conflict (%9$s) do update set %10$s where k.stream_version < excluded.stream_version;
      end if;
      return true;
    end $b$ $f$, 'write_' || p_table::text, v_row, p_table, v_set, v_width, v_join,
    (select string_agg(quote_ident(n), ', ') from unnest(v_names) n), v_get,
    (select string_agg(quote_ident(k), ', ') from unnest(v_key) k), v_put);
  update read_models set value_columns = v_names, columns_key = v_row where name = p_table::text;
  perform define_write_rows();
end $$;

-- The text of a value as one of a column's type. The placeholder alone, or within a text or JSON that says so, is the time of recording.
create function row_value(p_value text, p_type text, p_type_id regtype) returns text language sql immutable as $$
  select case
    when p_type_id = 'timestamptz'::regtype then
      format('(case %1$s when p_recorded_at then p_times[r.s] else %1$s::timestamptz end)::%2$s', p_value, p_type)
    when p_type_id in ('text'::regtype, 'json'::regtype, 'jsonb'::regtype) then
      format('(case when r.m < 4611686018427387904 then %1$s else replace(%1$s, p_recorded_at, p_recorded[r.s]) end)::%2$s', p_value, p_type)
    else format('%s::%s', p_value, p_type)
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
    'when %L then v_done := %I(t_columns_keys[t], t_oids[t]::oid, v_first, t_changed[t], t_whole[t], v_at, r_stream, r_before, r_marks, r_values, p_recorded_at, p_times, p_recorded); v_at := v_at + (t_changed[t] + t_whole[t]) * %s;',
    name, 'write_' || name, cardinality(value_columns)), e'\n' order by name)
  into v_names, v_cases from read_models where value_columns is not null;
  execute format($f$
    create or replace function write_rows(
      t_names text[], t_oids bigint[], t_columns_keys int[], t_changed int[], t_whole int[],
      r_stream int[], r_before bigint[], r_marks bigint[], r_values text[],
      p_recorded_at text, p_times timestamptz[], p_recorded text[]
    ) returns void language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $b$
    declare
      v_first int := 1;
      v_at    int := 0;
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
