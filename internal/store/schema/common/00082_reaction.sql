-- +goose Up
-- owner: inbox
-- How somebody reacted to a message of a private conversation. It is kept by the network's id
-- of the message: of an answer of ours it may be told before we know what the network calls it.
create table reaction (
  channel_id text not null,
  remote_id text not null,        -- the message
  author_id text not null,        -- the network's id of who reacted; each has one reaction to a message
  workspace text not null,
  emoji text not null,            -- '': taken back
  at bigint not null,
  primary key (channel_id, remote_id, author_id)
);

-- +goose Down
drop table reaction;
