-- The message a change was asked for with, where there was one: ids of Slack, of which the card makes a link.
alter table changes
  add column source_channel text,
  add column source_ts      text,
  add constraint source_whole check ((source_channel is null) = (source_ts is null));

-- Which change a thread is of, when somebody speaks to the bot there.
create index messages_ts on messages (ts) where ts is not null;
