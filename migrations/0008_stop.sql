-- Somebody asked for it to be stopped and that is not done yet. `cancel_at` stays for good; this one is over once the
-- change has ended or an operator is asked, so that the way back of a cancelled change can run, and be stopped too.
alter table changes add column stop_asked boolean not null default false;
