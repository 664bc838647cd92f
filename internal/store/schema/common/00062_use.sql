-- +goose Up
-- owner: channel
-- What was done on a channel that costs money or takes of a quota, by the hour.
create table channel_use (
  channel_id text not null,
  workspace text not null,
  network text not null,
  at bigint not null,             -- the beginning of the hour
  what text not null,             -- as prices and quotas name it: post, reply, read_post, calls
  price text not null,            -- of one: 0.015; '' where the network takes no money for it
  currency text not null,
  n bigint not null,
  primary key (channel_id, at, what, price, currency)
);
create index channel_use_network on channel_use (network, what, at);
create index channel_use_at on channel_use (at);

-- +goose Down
drop table channel_use;
