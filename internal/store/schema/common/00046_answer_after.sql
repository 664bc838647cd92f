-- +goose Up
-- owner: inbox
create table answer_after (
  message_id text primary key,    -- an answer of ours that goes after another one: words after their file
  workspace text not null,
  after_id text not null
);

-- +goose Down
drop table answer_after;
