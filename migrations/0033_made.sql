-- The uid of each object that an attempt made, by its name for people, as the first look after it found it: whether what
-- stands under that name later is still that one, neither its name nor its values tell.
alter table journal add column made jsonb;
