-- Who took the targets a change held away from it, and why; the newest last. The change has to take them again before
-- anything more of it runs.
alter table changes add column unlocks jsonb not null default '[]';
