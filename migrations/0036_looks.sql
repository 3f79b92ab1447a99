-- What the Planner looked at, a row each, written before the model reads it. A look whose outcome stands here is never made
-- again; one without was cut off, and `attempt` counts how often it was begun.
create table looks (
  change_id     uuid not null references changes,
  revision      int not null,
  number        int not null,
  argv          text[] not null,
  dir           text not null,
  attempt       int not null default 1,
  began_at      timestamptz not null default clock_timestamp(),
  outcome       text,
  -- The command as it ran, with its context; null: it was not run.
  ran           text[],
  environments  text[] not null default '{}',
  -- Redacted and cut, as the model is told it.
  shown         text,
  sha256        text,
  ms            int,
  primary key (change_id, revision, number)
);
