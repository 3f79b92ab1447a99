-- What a question was answered, with the commands that the answer rests on.
alter table changes add column answer jsonb;
