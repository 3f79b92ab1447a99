-- What is talked over with people about a change. The questions of the Planner, as they were put (gate 'answers'), and
-- what was answered, one text for each question, redacted. An approver's wish is the reason of 'request_changes'.
alter table decisions
  add column questions jsonb not null default '[]',
  add column answers   jsonb not null default '[]';
