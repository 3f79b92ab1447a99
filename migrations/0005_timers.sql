-- When more people may approve, and what was said while a question was open: the row that is answered is also the one
-- that is reminded of, so that nothing is said twice, by any number of instances, or after the answer.
alter table decisions
  add column escalates_at timestamptz,
  add column escalated_at timestamptz,
  add column reminded_at timestamptz,
  add column warned_at timestamptz;
create index decisions_expiring on decisions (expires_at) where answer is null;
