-- Writes the upsert of a read model again, for the columns its table has by now: put_<table>(rows jsonb), as define_read_model does.
create function redefine_read_model(p_table regclass) returns void language plpgsql as $$
declare
  v_key text;
  v_set text;
begin
  select string_agg(format('%I', a.attname), ', ') into v_key
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = p_table and i.indisprimary;

  select string_agg(format('%1$I = excluded.%1$I', attname), ', ') into v_set
  from pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped;

  execute format($f$
    create or replace function %1$I(p_rows jsonb) returns void language plpgsql as $b$
    begin
      insert into %2$s as kept select * from jsonb_populate_recordset(null::%2$s, p_rows)
      on conflict (%3$s) do update set %4$s where kept.stream_version < excluded.stream_version;
    end $b$ $f$, 'put_' || p_table::text, p_table, v_key, v_set);
end $$;
