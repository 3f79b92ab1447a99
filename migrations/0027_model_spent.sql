-- What each person's changes used of a model on a day of UTC, in tokens: used, or booked while that is not known. The budget
-- is looked at before each call, under one lock, and read every call ever made (7,736 pages at 200,000 of them). A trigger
-- keeps it, so that every writer does, an instance of an older version beside this one too.
create table model_spent (
  day            date not null,
  requester_key  text not null,
  input          bigint not null,
  output         bigint not null,
  primary key (day, requester_key)
) with (fillfactor = 50);

create function spend_model(m model_calls, sign int) returns void language sql as $$
  insert into model_spent (day, requester_key, input, output)
  select (m.at at time zone 'utc')::date, c.requester_key,
    sign * coalesce(m.booked_input, m.input_tokens + m.cache_read_tokens + m.cache_write_tokens),
    sign * coalesce(m.booked_output, m.output_tokens)
  from changes c where c.id = m.change_id
  on conflict (day, requester_key) do update
    set input = model_spent.input + excluded.input, output = model_spent.output + excluded.output
$$;

create function keep_model_spent() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform spend_model(old, -1); end if;
  if tg_op <> 'DELETE' then perform spend_model(new, 1); end if;
  return null;
end
$$;

-- From here on nobody writes a call until this is committed, so that none is missed or counted twice.
create trigger model_calls_spent after insert or update or delete on model_calls
  for each row execute function keep_model_spent();

insert into model_spent (day, requester_key, input, output)
select (m.at at time zone 'utc')::date, c.requester_key,
  sum(coalesce(m.booked_input, m.input_tokens + m.cache_read_tokens + m.cache_write_tokens)),
  sum(coalesce(m.booked_output, m.output_tokens))
from model_calls m join changes c on c.id = m.change_id
where m.at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc'
group by 1, 2;

drop index model_calls_at;
