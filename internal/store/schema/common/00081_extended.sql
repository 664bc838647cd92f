-- +goose Up
-- owner: channel
-- Another id under which the network tells of the account: a second API has ids of its own.
alter table channel add column alias text not null default '';
create index channel_alias on channel (network, alias);

-- owner: channel
-- Calls of the last short while, of quotas that would be refused in a burst.
create table channel_pace (
  workspace text not null,
  channel_id text not null,
  quota text not null,
  at bigint not null
);
create index channel_pace_at on channel_pace (channel_id, quota, at);

-- +goose Down
drop table channel_pace;
drop index channel_alias;
alter table channel drop column alias;
