-- Writes write_alike_<table>(...), by which an append writes many rows of one stream that change in the same columns, mostly to the same values, as
-- the jobs of a batch do. What is the same for all comes once and is read once. As write_<table> (row-values/define-row-writer.sql), but that from
-- p_at on there are in r_values:
--
--   one number         a bit for each column whose value is not the same for all rows, lowest first; keys are among them
--   one for a column   its value, where it is the same for all
--   for each row       its values of the other columns, in their order
--
-- Either p_changed or p_whole is 0. The marks of the first row are those of all.
create function define_alike_writer(p_table regclass) returns void language plpgsql set search_path = stageline, pg_temp as $$
declare
  v_names    text[];
  v_key      text[] := key_columns(p_table::text);
  v_width    int;
  v_declared text;
  v_set      text;
  v_put      text;
  v_get      text;
  v_join     text;
begin
  select array_agg(attname::text order by attnum) into v_names
  from pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped;
  v_width := cardinality(v_names);
  select
    string_agg(format('o_%1$s int := bit_count((v_other & %2$s)::bit(64)); c_%1$s %3$s := %4$s;', c.n, (1::bigint << c.n::int) - 1, c.type,
      row_value(format('r_values[p_at + 1 + %s]', c.n), c.type, c.type_id)), e'\n      ' order by c.n),
    string_agg(format('%1$I = case when v_marks & %2$s = 0 then k.%1$I when v_other & %2$s = 0 then c_%3$s else %4$s end',
      c.name, c.bit, c.n, c.own), ', ') filter (where c.name <> all (v_key)),
    string_agg(format('case when v_other & %s = 0 then c_%s else %s end', c.bit, c.n, c.own), ', ' order by c.n),
    string_agg(format('%1$I = excluded.%1$I', c.name), ', ' order by c.n),
    string_agg(format('k.%I = %s', c.name, c.own), ' and ') filter (where c.name = any (v_key))
  into v_declared, v_set, v_get, v_put, v_join
  from (
    select n, name, 1::bigint << (n - 1)::int as bit, format_type(a.atttypid, a.atttypmod) as type, a.atttypid::regtype as type_id,
      row_value(format('r_values[r.v + o_%s]', n), format_type(a.atttypid, a.atttypmod), a.atttypid) as own
    from unnest(v_names) with ordinality u(name, n) join pg_attribute a on a.attrelid = p_table and a.attname = name) c;

  execute format($f$
    create or replace function %1$I(
      p_columns_key int, p_table oid, p_first int, p_changed int, p_whole int, p_at int,
      r_stream int[], r_before bigint[], r_marks bigint[], r_values text[],
      p_recorded_at text, p_times timestamptz[], p_recorded text[]
    ) returns boolean language plpgsql as $b$
    declare
      v_count int;
      v_marks bigint := r_marks[p_first];
      v_other bigint := r_values[p_at + 1]::bigint;
      v_each  int := bit_count(v_other::bit(64));
      %11$s
    begin
      if p_columns_key <> (select columns_key from read_models where name = %2$L) then return false; end if;
      if p_changed > 0 then
        update %3$s k set %4$s
        from (select r_stream[i] as s, r_before[i] as b, v_marks as m, p_at + 1 + %5$s + (i - p_first) * v_each as v
              from generate_series(p_first, p_first + p_changed - 1) i offset 0) r
        where %6$s and k.stream_version = r.b and k.tableoid = p_table;
        get diagnostics v_count = row_count;
        return v_count = p_changed;
      end if;
      insert into %3$s as k (%7$s) select %8$s
      from (select r_stream[i] as s, v_marks as m, p_at + 1 + %5$s + (i - p_first) * v_each as v
            from generate_series(p_first, p_first + p_whole - 1) i offset 0) r
      on conflict (%9$s) do update set %10$s where k.stream_version < excluded.stream_version;
      return true;
    end $b$ $f$, 'write_alike_' || p_table::text, p_table::text, p_table, v_set, v_width, v_join,
    (select string_agg(quote_ident(n), ', ') from unnest(v_names) n), v_get,
    (select string_agg(quote_ident(k), ', ') from unnest(v_key) k), v_put,
    replace(replace(v_declared, 'r.s]', 'r_stream[p_first]]'), 'r.m <', 'v_marks <'));
end $$;
