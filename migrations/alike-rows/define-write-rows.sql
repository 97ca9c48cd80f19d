-- As before; a number of rows that is negative says that they are alike (define-alike-writer.sql). The writers of all tables are written again with
-- it, for the columns the tables have by now.
create or replace function define_write_rows() returns void language plpgsql as $$
declare
  v_names text[];
  v_cases text;
begin
  perform define_alike_writer(name::regclass) from read_models where value_columns is not null;
  select array_agg(name order by name), string_agg(format($c$
        when %1$L then
          if t_changed[t] + t_whole[t] < 0 then
            v_done := %3$I(t_columns_keys[t], t_oids[t]::oid, v_first, -t_changed[t], -t_whole[t], v_at, r_stream, r_before, r_marks, r_values, p_recorded_at, p_times, p_recorded);
            v_at := v_at + 1 + %4$s - (t_changed[t] + t_whole[t]) * bit_count(r_values[v_at + 1]::bigint::bit(64))::int;
          else
            v_done := %2$I(t_columns_keys[t], t_oids[t]::oid, v_first, t_changed[t], t_whole[t], v_at, r_stream, r_before, r_marks, r_values, p_recorded_at, p_times, p_recorded);
            v_at := v_at + (t_changed[t] + t_whole[t]) * %4$s;
          end if;$c$,
    name, 'write_' || name, 'write_alike_' || name, cardinality(value_columns)), e'\n' order by name)
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
        v_first := v_first + abs(t_changed[t] + t_whole[t]);
      end loop;
    end $b$ $f$, v_cases);
end $$;
select define_write_rows();
