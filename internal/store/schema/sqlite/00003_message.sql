-- +goose Up

-- owner: inbox
create table message (
  seq integer primary key,
  id text not null unique,
  workspace text not null,
  conversation_id text not null,
  channel_id text not null,
  remote_id text,                 -- null until the network has named it
  remote text not null,           -- JSON, what the driver needs to act on it
  parent_id text not null,        -- the network's id of what it answers
  person_id text not null,
  from_us bigint not null,
  author_name text not null,
  text text not null,
  at bigint not null,             -- as the network says
  received_at bigint not null,
  url text not null,
  state text not null,            -- visible held hidden deleted
  sending text not null,          -- '' sent sending unclear failed
  error_text text not null,
  key text not null,              -- ours: chosen before the first try
  token bigint not null,
  claimed_at bigint,
  looks bigint not null,
  private bigint not null,
  liked bigint not null,
  media text not null,
  reason text not null,
  by_account text not null
);
-- owner: inbox
create virtual table message_text using fts5 (terms, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co S* P* M*'");
create unique index message_remote on message (workspace, channel_id, remote_id) where remote_id is not null;
create index message_conversation on message (conversation_id, at, id);
create index message_person on message (workspace, person_id, at);
create index message_workspace on message (workspace, seq);

-- +goose Down
drop table message_text;
drop table message;
