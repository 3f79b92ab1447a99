-- Which instance spawned an attempt: nobody else knows the token, so a late word about its end that names it is from whoever
-- saw it. `told_at`: when such a word settled an attempt that counted as unknown by then.
alter table journal
  add column spawn_token text,
  add column told_at     timestamptz;
