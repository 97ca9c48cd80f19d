-- Makes a table append-only for everyone short of its owner rewriting the schema: no row of it, or of a partition of it, is
-- updated, deleted or truncated. Row triggers, because statement triggers on the parent are not fired by a change to a partition;
-- ENABLE ALWAYS, because session_replication_role = replica would skip them; each partition gets triggers of its own besides the
-- parent's clones, because DETACH PARTITION drops the clones and TRUNCATE triggers are never cloned.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception using
    errcode = 'SL010',
    message = format('%s is append-only: %s refused', tg_table_name, lower(tg_op));
end $$;

create function make_append_only(p_table regclass) returns void language plpgsql as $$
declare
  v_table regclass;
begin
  for v_table in select p_table union all select inhrelid::regclass from pg_inherits where inhparent = p_table loop
    execute format('create trigger %I before update or delete on %s for each row execute function refuse_change()',
      'append_only_' || v_table::oid, v_table);
    execute format('create trigger append_only_truncate before truncate on %s execute function refuse_change()', v_table);
    execute format('alter table %s enable always trigger %I', v_table, 'append_only_' || v_table::oid);
    execute format('alter table %s enable always trigger append_only_truncate', v_table);
  end loop;
end $$;
