-- Of each call what the service calls it, how much the model was to think and how much of its answer was thinking, and what
-- the service said of its limits.
alter table model_calls add column request_id text;
alter table model_calls add column effort text;
alter table model_calls add column thinking_tokens int not null default 0;
alter table model_calls add column rate_limits jsonb;

-- Which part of `input` is only booked, was taken into a cache, or was held by one: each has a price of its own. `input` stays
-- the whole, which an instance of an older version reads.
alter table model_spent add column booked bigint not null default 0;
alter table model_spent add column cache_write bigint not null default 0;
alter table model_spent add column cache_read bigint not null default 0;

create or replace function spend_model(m model_calls, sign int) returns void language sql as $$
  insert into model_spent (day, requester_key, input, output, booked, cache_write, cache_read)
  select (m.at at time zone 'utc')::date, c.requester_key,
    sign * coalesce(m.booked_input, m.input_tokens + m.cache_read_tokens + m.cache_write_tokens),
    sign * coalesce(m.booked_output, m.output_tokens),
    sign * coalesce(m.booked_input, 0),
    case when m.booked_input is null then sign * m.cache_write_tokens else 0 end,
    case when m.booked_input is null then sign * m.cache_read_tokens else 0 end
  from changes c where c.id = m.change_id
  on conflict (day, requester_key) do update
    set input = model_spent.input + excluded.input, output = model_spent.output + excluded.output,
      booked = model_spent.booked + excluded.booked, cache_write = model_spent.cache_write + excluded.cache_write,
      cache_read = model_spent.cache_read + excluded.cache_read
$$;

-- The parts of what was counted today. Nobody writes a call until this is committed, since its table is locked above.
update model_spent s
set booked = t.booked, cache_write = t.cache_write, cache_read = t.cache_read
from (
  select c.requester_key, sum(coalesce(m.booked_input, 0)) as booked,
    sum(case when m.booked_input is null then m.cache_write_tokens else 0 end) as cache_write,
    sum(case when m.booked_input is null then m.cache_read_tokens else 0 end) as cache_read
  from model_calls m join changes c on c.id = m.change_id
  where m.at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc'
  group by 1
) t
where s.requester_key = t.requester_key and s.day = (now() at time zone 'utc')::date;
