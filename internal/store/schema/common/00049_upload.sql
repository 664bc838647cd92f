-- +goose Up
-- owner: media
-- A file on its way here, piece by piece: what came stays when the line breaks.
create table upload (
  id text primary key,
  workspace text not null,
  name text not null,
  bytes bigint not null,          -- announced
  received bigint not null,
  media_id text not null,         -- what became of it; '': nothing yet
  created_by text not null,
  created_at bigint not null
);
create index upload_owner on upload (created_by, media_id);
create index upload_created on upload (created_at);

-- owner: media
create table upload_piece (
  upload_id text not null,
  start bigint not null,          -- its first byte in the file
  bytes bigint not null,
  blob text not null,
  primary key (upload_id, start)
);

-- +goose Down
drop table upload_piece;
drop table upload;
