-- A name is touched in few places, so that these are told first, like the kinds of changes (0012), and the newest of each
-- read after: a filter on kind or namespace alone would go through all changes that touch the name.
drop index touched_name;
create index touched_spots on touched (name, namespace, kind, asked_at desc, change_id desc);

-- Questions that have more approvers than their kind of change has: few at a time, and judged one by one.
create index decisions_escalated on decisions (asked_at desc)
  where answer is null and gate = 'approval' and escalated <> '{}';
