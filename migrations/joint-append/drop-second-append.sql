-- The second append had one correlation id, one context and one time of occurrence for all it wrote to a stream: one command's.
drop function append_events;
