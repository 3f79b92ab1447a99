-- One row per change. The row decides, the graph follows (design.md, invariant 1).
create table changes (
  id               uuid primary key,
  status           text not null,
  request          text not null,
  requester        jsonb not null,
  requester_key    text not null,
  home_team        text,
  home_channel     text,
  plan_only        boolean not null,
  idempotency_key  text not null unique,
  revision         int not null default 1,
  plan             jsonb,
  step_risks       text[] not null default '{}',
  risk             text,
  risk_reasons     text[] not null default '{}',
  environments     text[] not null default '{}',
  digest           text,
  current_step     int not null default 0,
  review           jsonb,
  error            text,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  ended_at         timestamptz,
  event_seq        int not null default 0,
  -- Whoever asks for work raises work_wanted; the owner writes what it has seen into work_done. Nothing asked for
  -- during a run is lost, because the two differ until somebody has looked again.
  work_wanted      int not null default 1,
  work_done        int not null default 0,
  work_wanted_at   timestamptz not null default now(),
  -- One owner per change: every write of the owner names its epoch, so a stale owner changes 0 rows (invariant 2).
  lease_owner      text,
  lease_epoch      int not null default 0,
  lease_until      timestamptz
);
create index changes_work on changes (work_wanted_at) where work_wanted > work_done;
create index changes_requester on changes (requester_key, created_at);
create index changes_leased on changes (lease_until) where lease_owner is not null;

-- Every question put to a person, and its one answer. A row of gate 'approval' with answer 'approve' is the
-- permission that executePlan and rollBack read before every spawn; where policy asks for nobody, policy answers it.
create table decisions (
  change_id     uuid not null references changes,
  gate          text not null,
  revision      int not null,
  round         int not null,
  digest        text not null,
  interrupt_id  text,
  answer        text,
  by            jsonb,
  reason        text,
  asked_at      timestamptz not null default now(),
  decided_at    timestamptz,
  primary key (change_id, gate, revision, round),
  check ((answer is null) = (decided_at is null))
);
create unique index decisions_open on decisions (change_id) where answer is null;
create unique index decisions_interrupt on decisions (change_id, interrupt_id);

-- The step journal: 'intent' is the row itself, committed before the spawn (invariant 3).
create table journal (
  change_id    uuid not null references changes,
  revision     int not null,
  step         int not null,
  direction    text not null,
  attempt      int not null,
  argv         jsonb not null,
  dir          text not null,
  lease_epoch  int not null,
  intent_at    timestamptz not null default now(),
  started_at   timestamptz,
  host         text,
  boot_id      text,
  pgid         int,
  pid_start    text,
  finished_at  timestamptz,
  outcome      text,
  exit_code    int,
  signal       text,
  error        text,
  primary key (change_id, revision, step, direction, attempt),
  check ((outcome is null) = (finished_at is null))
);

-- What commands printed, redacted before it got here. Rows, not graph state: a list in a checkpoint grows quadratically.
create table log_lines (
  change_id  uuid not null references changes,
  revision   int not null,
  step       int not null,
  direction  text not null,
  attempt    int not null,
  number     int not null,
  stream     text not null,
  text       text not null,
  at         timestamptz not null default now(),
  primary key (change_id, revision, step, direction, attempt, number)
);

-- What happened, in order. Append only.
create table events (
  change_id  uuid not null references changes,
  seq        int not null,
  event      jsonb not null,
  at         timestamptz not null default now(),
  primary key (change_id, seq)
);

-- What should be shown in Slack and what is: a message is due while wanted > sent. What it says is rendered from the
-- rows above when it is sent, so that updates coalesce and lost ones heal.
create table messages (
  change_id     uuid not null references changes,
  name          text not null,
  rank          int not null,
  wanted        int not null default 1,
  sent          int not null default 0,
  ts            text,
  due_at        timestamptz not null default now(),
  claimed_until timestamptz,
  failures      int not null default 0,
  abandoned     text,
  primary key (change_id, name)
);
create index messages_due on messages (due_at) where wanted > sent and abandoned is null;

-- Every call of a model, also the ones that came to nothing.
create table model_calls (
  id             bigint generated always as identity primary key,
  change_id      uuid not null references changes,
  agent          text not null,
  try            int not null,
  model          text not null,
  outcome        text not null,
  input_tokens   int not null,
  output_tokens  int not null,
  cache_read_tokens  int not null,
  cache_write_tokens int not null,
  duration_ms    int not null,
  at             timestamptz not null default now()
);
create index model_calls_change on model_calls (change_id);
