-- The read models written in the transaction of each append.
create table read_models (
  name text not null,
  constraint pk_read_models primary key (name)
);

-- Writes the upsert of one read model from its table: put_<table>(rows jsonb), keyed by the primary key. A row is only ever
-- replaced by one of a later stream version, so a repeat changes nothing. PL/pgSQL, because it keeps its plans from call to call.
create function define_read_model(p_table regclass) returns void language plpgsql as $$
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
end $$;

-- Writes put_read_models(rows jsonb), which takes the rows of any read models by table: each a statement with a plan of its own that
-- is kept, where a dynamic one would be planned for every command.
create function define_put_read_models() returns void language plpgsql as $$
declare
  v_names text[];
  v_puts  text;
begin
  select array_agg(name order by name),
    string_agg(format('if p_rows ? %1$L then perform %2$I(p_rows -> %1$L); end if;', name, 'put_' || name), e'\n' order by name)
  into v_names, v_puts from read_models;
  execute format($f$
    create or replace function put_read_models(p_rows jsonb) returns void language plpgsql as $b$
    begin
      if p_rows - %1$L::text[] <> '{}' then raise exception 'there is no such read model: %%', p_rows - %1$L::text[]; end if;
      %2$s
    end $b$ $f$, v_names, v_puts);
end $$;

-- The second wall between tenants: rows are seen by the tenant the connection speaks for; by all of them when it works for the
-- system ('*'); by nobody when it was not said.
create function sees_tenant(p_tenant uuid) returns boolean language sql stable parallel safe as $$
  select current_setting('stageline.tenant', true) = '*'
    or p_tenant::text = current_setting('stageline.tenant', true)
$$;
