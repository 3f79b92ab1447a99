-- A step nobody saw the end of: until when it may still run where nobody here can end it, and whose word settled it. An
-- attempt after it exists only with the operator's decision of that round.
alter table journal
  add column may_run_until timestamptz,
  add column settled_by    jsonb,
  add column settled_round int;

-- Faults of ours, counted since a person or a success last moved the change on: it is tried again, and not for ever.
alter table changes
  add column faults   int not null default 0,
  add column retry_at timestamptz;
