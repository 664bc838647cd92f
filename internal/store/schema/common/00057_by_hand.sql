-- +goose Up
-- owner: publish
alter table publication add column hand text not null default '{}'; -- that it is to be published by hand, with what else to do there (JSON)
alter table publication add column hand_since bigint; -- since when it waits for a person; later than now: somebody put it off

-- owner: publish
create table hand_step (
  id text primary key,
  workspace text not null,
  publication_id text not null,
  at bigint not null,
  what text not null,             -- handed, reminded, escalated, snoozed, skipped, missed, confirmed, counted
  by_id text not null,            -- '' where Kith did it
  by_name text not null,
  note text not null,             -- why, in the words of whoever did it
  url text not null,
  proof text not null,            -- link, picture, none: how it was confirmed
  until bigint                    -- until when it was put off
);
create index hand_step_publication on hand_step (publication_id, id);

-- +goose Down
drop table hand_step;
alter table publication drop column hand_since;
alter table publication drop column hand;
