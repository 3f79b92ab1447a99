-- A change that waits for a person holds its targets until then at the longest; null while it runs.
alter table target_locks add column free_at timestamptz;
create index target_locks_free on target_locks (free_at) where free_at is not null;

-- Changes that have run, lost their targets and still wait for a person: what the next change on these targets is told.
create table left_open (
  change_id  uuid primary key references changes on delete cascade,
  targets    text[] not null
);

-- The changes that stood open on a change's targets when it was planned, or took them.
alter table changes add column open_here uuid[] not null default '{}';
