-- Files a change needs again later, sealed before they get here: a saved terraform plan holds sensitive values in clear
-- text, and any instance must be able to run it. sha256 is of the bytes before sealing; path is where they have to lie.
create table sealed_files (
  change_id   uuid not null references changes,
  revision    int not null,
  step        int not null,
  name        text not null,
  sha256      text not null,
  sealed      bytea not null,
  path        text not null,
  created_at  timestamptz not null default now(),
  primary key (change_id, revision, step, name)
);
