-- +goose Up
-- owner: channel
-- What a network takes money for once on a day (UTC), whichever channel asked for it: what
-- was bought on a day is not counted again, also after this house began anew.
create table purchase (
  network text not null,
  day text not null,              -- 2026-11-27
  thing text not null,            -- a digest of what it is and of the network's id of it
  primary key (network, day, thing)
);

-- owner: channel
-- What may be spent in a month on reading a channel.
create table reading_budget (
  channel_id text primary key,
  workspace text not null,
  amount text not null,           -- a decimal number
  currency text not null,         -- as the network's prices have it
  changed_at bigint not null
);

-- +goose Down
drop table reading_budget;
drop table purchase;
