-- The first append took one actor for all events of a command, and looked receipts up by a join that read the whole table of receipts
-- for every command that had a key.
drop function append_events, receipts_of, require_distinct, refuse_append, put_read_models(jsonb);

-- Receipts come in the order of their time, and only pruning asks for it: an index of ranges costs an append next to nothing.
drop index ix_command_receipts_created_at;
create index ix_command_receipts_created_at on command_receipts using brin (created_at);

-- Events enter through append_events alone, which counts versions from 1 and computes the hash: checking both again, on the parent
-- and on each partition, cost every append more than its locks.
alter table stage_events drop constraint ck_stage_events_stream_version, drop constraint ck_stage_events_leaf_hash;
