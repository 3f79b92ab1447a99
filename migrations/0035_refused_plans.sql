-- The last plan that policy or its preview refused and that was made anew: of which revision, how many by then, and why.
alter table changes add column refused_plan jsonb;
