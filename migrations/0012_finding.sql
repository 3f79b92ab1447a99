-- Lists, each in order without a sort, however many changes there are: everything, a channel's, a person's. What the rules
-- ask of an approval follows from team, risk and environments, so that the few kinds there are can be told first, by jumping
-- from one to the next, and the newest of each read after (store/find-changes.ts).
create index changes_listed on changes
  (status, coalesce(home_team, ''), coalesce(risk, ''), environments, created_at desc, id desc);
create index changes_listed_channel on changes
  (home_channel, status, coalesce(home_team, ''), coalesce(risk, ''), environments, created_at desc, id desc);
create index changes_listed_requester on changes
  (requester_key, status, coalesce(home_team, ''), coalesce(risk, ''), environments, created_at desc, id desc);

-- What a change touches by its name, one row each, for its history: changes.targets in parts that an index can find. Of a
-- terraform root the name is its directory.
create table touched (
  change_id  uuid not null references changes,
  namespace  text not null,
  kind       text not null,
  name       text not null,
  asked_at   timestamptz not null,
  primary key (change_id, namespace, kind, name)
);
create index touched_name on touched (name, asked_at desc, change_id desc) include (namespace, kind);

insert into touched (change_id, namespace, kind, name, asked_at)
select distinct c.id, split_part(t, ' ', 3), split_part(t, ' ', 4),
  replace(case split_part(t, ' ', 1) when 'terraform' then split_part(t, ' ', 2) else split_part(t, ' ', 5) end, '%2F', '/'),
  c.created_at
from changes c, unnest(c.targets) t
where split_part(t, ' ', 4) <> 'state';
