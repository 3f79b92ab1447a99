-- A plan that needs no model: the way back of a change that is done. It is judged, previewed and approved like any other.
alter table changes add column prepared_plan jsonb;

-- What people think of how a change went; the last word of each counts.
create table feedback (
  change_id  uuid not null references changes,
  by_key     text not null,
  verdict    text not null check (verdict in ('up', 'down')),
  at         timestamptz not null default now(),
  primary key (change_id, by_key)
);
