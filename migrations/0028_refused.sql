-- An attempt that was refused before anything was spawned, as its own instance wrote at its end: it has changed nothing, so
-- the same permission may try again. An outcome of `not run` alone does not say so.
alter table journal add column refused boolean not null default false;
