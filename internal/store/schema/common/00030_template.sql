-- +goose Up
-- owner: inbox
create table answer_template (
  message_id text primary key,    -- an answer of ours that is made of a template of the network's
  workspace text not null,
  filled text not null            -- JSON: which one, and what stands in its holes
);

-- +goose Down
drop table answer_template;
