-- Columns, constraints and indexes of a table, as a rebuilt one has to have them. A constraint that was added without a look at the rows
-- is a whole one there.
create function table_shape(p_table text) returns text[]
language sql stable set search_path = stageline, pg_temp as $$
  select array(select concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull)
      from pg_attribute where attrelid = p_table::regclass and attnum > 0 and not attisdropped order by attnum)
    || array(select replace(pg_get_constraintdef(oid), ' NOT VALID', '') from pg_constraint
      where conrelid = p_table::regclass and contype <> 'n' order by 1)
    || array(select concat_ws(' ', indisunique, substring(pg_get_indexdef(indexrelid) from ' (USING .*)$'))
      from plain_indexes(p_table) order by 1)
$$;

-- A migration of newer software may alter the live table while an older process rebuilds it: what it added must not go with the switch.
create function require_same_shape(p_live text) returns void
language plpgsql set search_path = stageline, pg_temp as $$
begin
  if table_shape(p_live) <> table_shape(p_live || '_next') then
    raise exception using errcode = 'SL021', message = 'the table was altered while it was rebuilt';
  end if;
end $$;
