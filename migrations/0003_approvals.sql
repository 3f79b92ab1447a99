-- How long a question may be answered, and whether it was answered by breaking the glass.
alter table decisions add column expires_at timestamptz;
alter table decisions add column broke_glass boolean not null default false;

-- One row per yes of one person to one question. The question is answered by one update of its row once there are enough
-- of them, so these permit nothing by themselves. by_key: one person, also as an API token and as a Slack user.
create table approvals (
  change_id  uuid not null,
  gate       text not null,
  revision   int not null,
  round      int not null,
  digest     text not null,
  by_key     text not null,
  by         jsonb not null,
  reason     text,
  at         timestamptz not null default clock_timestamp(),
  primary key (change_id, gate, revision, round, by_key),
  foreign key (change_id, gate, revision, round) references decisions
);
