-- +goose Up
-- owner: publish
create table covered (
  part_id text not null,
  media_id text not null,          -- the video
  workspace text not null,
  publication_id text not null,
  cover_id text not null,          -- the picture that stands for it
  state text not null,             -- due there failed
  error_text text not null,
  error_hint text not null,
  changed_at bigint not null,
  primary key (part_id, media_id)
);
create index covered_publication on covered (publication_id);

-- +goose Down
drop table covered;
