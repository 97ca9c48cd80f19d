-- As before, with the writer for rows by value.
create or replace function define_read_model(p_table regclass) returns void language plpgsql as $$
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
    create function %1$I(p_rows jsonb) returns void language plpgsql as $b$
    begin
      insert into %2$s as kept select * from jsonb_populate_recordset(null::%2$s, p_rows)
      on conflict (%3$s) do update set %4$s where kept.stream_version < excluded.stream_version;
    end $b$ $f$, 'put_' || p_table::text, p_table, v_key, v_set);

  execute format('alter table %s enable row level security', p_table);
  execute format('create policy tenant on %s using (sees_tenant(tenant_id))', p_table);
  execute format('grant select on %s to stageline_app', p_table);
  insert into read_models (name) values (p_table::text);
  perform define_put_read_models();
  perform define_row_writer(p_table);
end $$;

-- As before, with the writer for rows by value.
create or replace function redefine_read_model(p_table regclass) returns void language plpgsql as $$
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
  perform define_row_writer(p_table);
end $$;

select define_row_writer(name::regclass) from read_models;
