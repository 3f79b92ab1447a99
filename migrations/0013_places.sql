-- A message may stand elsewhere than in its change's home: with one person, in their direct channel with the bot, once that
-- is known. hold_until: what a person need not see at once waits for what comes next, so that one update shows both.
alter table messages
  add column person text,
  add column channel_id text,
  add column hold_until timestamptz;
create index messages_person on messages (person) where person is not null;
