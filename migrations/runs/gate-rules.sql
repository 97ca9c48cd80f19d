-- The rules that may decide a gate, and how one failed last. Null in rows that a process from before this writes.
alter table decision_gates add column rules jsonb, add column rule_failure jsonb;
select redefine_read_model('decision_gates');
