-- +goose Up
-- owner: channel
alter table channel add column knocks text not null default '{}'; -- JSON: whether the network was asked to knock, and does

-- owner: channel
-- Knocks in a network's name that were not signed by it; they name nobody whose they would be.
create table knock_refused (
  network text primary key,
  since bigint not null,          -- the first one after the last genuine one
  at bigint not null              -- the last one, to a minute
);

-- +goose Down
drop table knock_refused;
alter table channel drop column knocks;
