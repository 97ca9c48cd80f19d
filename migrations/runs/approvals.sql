-- How an approval is decided: by how many, by whom not, on whose word, and when people are reminded. Null in rows that a process from before this writes.
alter table decision_gates
  add column quorum      integer,
  add column excluded    jsonb,
  add column escalate_to jsonb,
  add column policy      jsonb,
  add column delegations jsonb,
  add column remind_at   timestamptz(3),
  add column reminded_at timestamptz(3);
select redefine_read_model('decision_gates');
