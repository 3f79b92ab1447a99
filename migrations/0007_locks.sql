-- What a change would touch, computed when it was assessed; and what it waits for while another change holds one of them.
-- blocked_by references changes(id) without saying so: a foreign key would lock the holder's row from within the waiter's,
-- while the holder that ends locks the waiter's from within its own (deadlocks, measured).
alter table changes
  add column targets text[] not null default '{}',
  add column blocked_by uuid,
  add column blocked_target text,
  add column blocked_since timestamptz;
create index changes_blocked on changes (blocked_by) where blocked_by is not null;

-- Who may touch what at this moment. Taken all or nothing before the first step, given back in the transaction that ends
-- the change: a lock never outlives it. Whether two targets meet is more than equality (policy/targets.ts), so that takers
-- come one after the other and compare.
create table target_locks (
  target     text not null,
  change_id  uuid not null references changes,
  taken_at   timestamptz not null default now(),
  primary key (change_id, target)
);

-- Somebody wants it stopped: nothing more of it is begun, whoever owns it.
alter table changes
  add column cancel_by jsonb,
  add column cancel_reason text,
  add column cancel_at timestamptz;
