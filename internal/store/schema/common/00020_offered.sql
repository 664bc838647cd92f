-- +goose Up
-- owner: inbox
-- What we have said in private below something public: some networks take one answer.
create index message_whisper on message (conversation_id, parent_id) where private = 1 and from_us = 1;
-- owner: inbox
alter table message add column pinned bigint not null default 0;

-- owner: people
alter table person add column muted bigint not null default 0;

-- owner: publish
alter table publication add column pinned bigint not null default 0;

-- owner: publish
create table edit (
  id text primary key,
  workspace text not null,
  publication_id text not null,
  part_id text not null,
  before text not null,           -- JSON: the content as it was
  after text not null,            -- JSON: the content as it shall be
  state text not null,            -- due claimed done unclear failed
  token bigint not null,          -- of the job that holds it
  looks bigint not null,
  by_name text not null,
  error_text text not null,
  error_hint text not null,
  created_at bigint not null,
  claimed_at bigint,
  closed_at bigint
);
create index edit_publication on edit (publication_id, created_at);
-- One change of a part at a time.
create unique index edit_open on edit (part_id) where state in ('due', 'claimed', 'unclear');

-- +goose Down
drop table edit;
alter table publication drop column pinned;
alter table person drop column muted;
alter table message drop column pinned;
drop index message_whisper;
