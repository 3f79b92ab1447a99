-- The app's Home of everybody who has opened it. It is due while wanted > sent, as a message is. `shown`: a hash of what it
-- says, so that nothing is published that stands there already. `notice`: the answer to a click made there.
create table homes (
  user_id       text primary key,
  team_id       text not null,
  opened_at     timestamptz not null default now(),
  wanted        int not null default 1,
  sent          int not null default 0,
  shown         text,
  notice        text,
  notice_at     timestamptz,
  due_at        timestamptz not null default now(),
  claimed_until timestamptz,
  failures      int not null default 0
);

-- Something happened that may be on somebody's Home. Rows of their own, which the sender takes: an event's transaction
-- that wrote into `homes` itself would hold up every other one, and two of them each other for good.
create table home_marks (id bigint generated always as identity primary key);
