-- +goose Up
-- owner: media
alter table media add column unused_since bigint;  -- when it was first found that nothing names this file; null: something does
create index media_unused on media (workspace, unused_since) where unused_since is not null;
-- owner: media
-- Bytes that no file is made of: of a file that was removed, or of one that never came to be.
create table stray (
  blob text primary key,
  bytes bigint not null,
  due_at bigint not null          -- then they may go
);
create index stray_due on stray (due_at);
-- owner: inbox
-- Answers of ours that carry files: they are few among many messages.
create index message_carries on message (workspace, id) where from_us = 1 and media <> '[]';
-- owner: publish
-- What became of files of parts that are gone, with posts that never left the house.
delete from part where not exists (select 1 from publication where publication.id = part.publication_id);
delete from covered where not exists (select 1 from publication where publication.id = covered.publication_id);
delete from subtitled where not exists (select 1 from publication where publication.id = subtitled.publication_id);
delete from edit where not exists (select 1 from publication where publication.id = edit.publication_id);
-- +goose Down
drop index message_carries;
drop table stray;
drop index media_unused;
alter table media drop column unused_since;
