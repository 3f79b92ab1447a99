-- What the plan of this revision does, in few words, for lists, which read no plan. An older version beside this one begins a
-- revision without one, so that the title counts for its own revision alone.
alter table changes add column title text, add column title_revision int;
