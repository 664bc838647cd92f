-- +goose Up
-- owner: media
create table subtitle (
  id text primary key,
  workspace text not null,
  media_id text not null,          -- the video
  lang text not null,              -- BCP 47, in its usual form
  name text not null,              -- of the file, as its owner called it
  body text not null,              -- WebVTT, in the one form that we write
  cues bigint not null,
  created_by text not null,
  created_at bigint not null,
  unique (media_id, lang)
);

-- owner: publish
create table subtitled (
  part_id text not null,
  media_id text not null,          -- the video
  lang text not null,
  workspace text not null,
  publication_id text not null,
  state text not null,             -- due there failed
  error_text text not null,
  error_hint text not null,
  changed_at bigint not null,
  tried_at bigint,                 -- when they were brought last
  primary key (part_id, media_id, lang)
);
create index subtitled_publication on subtitled (publication_id);

-- +goose Down
drop table subtitled; drop table subtitle;
