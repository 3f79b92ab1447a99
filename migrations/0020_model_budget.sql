-- The most a call of a model can use, written before it is made: what counts against the budget until it is known better,
-- and for good where it never is. Null: the tokens of the row are what it used.
alter table model_calls add column booked_input int;
alter table model_calls add column booked_output int;
create index model_calls_at on model_calls (at);
