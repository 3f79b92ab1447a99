-- When the next timer of an open question is due. The loop of the timers looks for the least of it each second: computed at
-- the look, it read every open question there is (118 to 610 ms at 100,000). A trigger keeps it, so that every writer does,
-- an instance of an older version beside this one too; a generated column may not subtract an interval from a moment.
alter table decisions add column next_at timestamptz;

create function next_timer_of(d decisions) returns timestamptz language sql stable as $$
  select case when d.answer is null and d.expires_at is not null then least(
    d.expires_at,
    case when d.gate in ('approval', 'answers') and d.reminded_at is null then d.asked_at + (d.expires_at - d.asked_at) / 2 end,
    d.escalates_at,
    case when d.gate = 'approval' and d.warned_at is null and d.reminded_at is not null
      then d.expires_at - least((d.expires_at - d.asked_at) / 6, interval '5 minutes') end) end
$$;

create function keep_next_timer() returns trigger language plpgsql as $$
begin
  new.next_at := next_timer_of(new);
  return new;
end
$$;

create trigger decisions_next_timer before insert or update on decisions
  for each row execute function keep_next_timer();

-- The trigger computes it.
update decisions set next_at = null where answer is null and expires_at is not null;

create index decisions_next on decisions (next_at) where next_at is not null;
drop index decisions_expiring;
