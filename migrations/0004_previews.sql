-- What was seen of a plan's effects before anybody was asked, and what the approval covers beside its commands.
alter table changes
  add column previews jsonb not null default '[]',
  add column bindings jsonb;
