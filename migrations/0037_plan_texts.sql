-- What terraform says of each saved plan, for people: redacted, so that it needs no seal, and bounded. `omitted` counts the
-- lines that were cut.
create table plan_texts (
  change_id uuid not null references changes,
  revision int not null,
  step int not null,
  text text not null,
  omitted int not null,
  primary key (change_id, revision, step)
);
