-- The environments of a question that have more approvers by now, because nobody answered for as long as their rule says.
-- Who may approve follows from this row, never from the clock: a card and a click must say the same.
alter table decisions add column escalated text[] not null default '{}';
