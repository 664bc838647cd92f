-- +goose Up

-- A fact is set aside once, however often it fails: what came twice keeps the later one.
delete from fact_aside where exists (select 1 from fact_aside later
  where later.workspace = fact_aside.workspace and later.key = fact_aside.key and later.id > fact_aside.id);
alter table fact_aside add column
  said text not null default '';  -- why, as a person may read it; '' = a mistake of ours
alter table fact_aside add column times bigint not null default 1;  -- how often it failed for good
alter table fact_aside add column tried_at bigint;                  -- when somebody asked for it again
create unique index fact_aside_key on fact_aside (workspace, key);

-- +goose Down
drop index fact_aside_key;
alter table fact_aside drop column tried_at;
alter table fact_aside drop column times;
alter table fact_aside drop column said;
