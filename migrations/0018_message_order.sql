-- In which order the messages of a change were first wanted: the logs of its steps stand in its thread as they were begun.
alter table messages add column number bigint generated always as identity;
