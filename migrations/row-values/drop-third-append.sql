-- The third append took every row whole, as JSON. What a row cost was to make its columns from it.
drop function append_events;
