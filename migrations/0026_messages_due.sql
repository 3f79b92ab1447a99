-- The sender looks for what is due with each wake-up, in the order it is sent, and asks when the next one is. Both read every
-- message that was not sent yet, and those of a thread whose card was given up were among them for good (9,800 and 5,400
-- pages each time at 100,000 changes, one in a hundred of them in a channel that took no card).
create index messages_next on messages (rank, due_at) where wanted > sent and abandoned is null;
create index messages_ready on messages (greatest(due_at, claimed_until, hold_until)) where wanted > sent and abandoned is null;
drop index messages_due;

-- What waits for a card that was given up is given up with it, but for verdicts, which are told without one; once the card
-- stands it is due again. By a trigger, so that every writer does it, an instance of an older version beside this one too.
-- A row that somebody has locked is left out: that is an event which marks it, and ends what it was given up for. To wait for
-- it would be a deadlock, since an event may lock the card after it.
create function keep_thread() returns trigger language plpgsql as $$
begin
  if new.ts is not null then
    update messages m set abandoned = null from (
      select change_id, name from messages
      where change_id = new.change_id and abandoned = 'its card was given up' for update skip locked) thread
    where m.change_id = thread.change_id and m.name = thread.name;
  else
    update messages m set abandoned = 'its card was given up' from (
      select change_id, name from messages
      where change_id = new.change_id and name <> 'card' and not starts_with(name, 'verdict:') and wanted > sent
        and abandoned is null for update skip locked) thread
    where m.change_id = thread.change_id and m.name = thread.name;
  end if;
  return null;
end
$$;

create trigger messages_thread_stands after update on messages for each row
  when (new.name = 'card' and old.ts is null and new.ts is not null) execute function keep_thread();
create trigger messages_thread_given_up after update on messages for each row
  when (new.name = 'card' and new.ts is null and old.abandoned is null and new.abandoned is not null)
  execute function keep_thread();

update messages m set abandoned = 'its card was given up' from messages card
where card.change_id = m.change_id and card.name = 'card' and card.ts is null and card.abandoned is not null
  and m.name <> 'card' and not starts_with(m.name, 'verdict:') and m.wanted > m.sent and m.abandoned is null;

-- The sender of Homes looks as often, and read all that were ever opened.
create index homes_opened on homes (opened_at);
create index homes_next on homes (due_at) where wanted > sent;
create index homes_ready on homes (greatest(due_at, claimed_until)) where wanted > sent;
create index homes_stale on homes (opened_at) where wanted > sent;
create index homes_noticed on homes (notice_at) where notice_at is not null;
