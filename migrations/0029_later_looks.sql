-- Looks a minute and ten minutes after a change was done: one row for each look that is still to be made. A row goes with
-- its look, in the transaction that writes what was found, so that each look is made once by any number of instances.
create table later_looks (
  change_id      uuid not null references changes,
  number         int not null,
  due_at         timestamptz not null,
  -- Whoever makes it, and until when: after that anybody may.
  claimed_by     text,
  claimed_until  timestamptz,
  primary key (change_id, number)
);
create index later_looks_next on later_looks (greatest(due_at, claimed_until));

-- What each look found, in order.
alter table changes add column later_looks jsonb not null default '[]';

-- What the previews of a change saw is what later looks are held against, so that it outlives its change by a day.
alter table sealed_files add column forget_at timestamptz;
create index sealed_files_forgotten on sealed_files (forget_at) where forget_at is not null;
