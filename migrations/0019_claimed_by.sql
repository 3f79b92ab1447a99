-- Whose claim of a message it is, so that only its sender renews it and gives it up. Null: of a program before this.
alter table messages add column claimed_by text;
