-- +goose Up
-- owner: inbox
create table receipt (
  message_id text primary key,    -- a message of ours, where the network says how far it came
  workspace text not null,
  delivered_at bigint not null,   -- as the network says; that it was read says so too
  read_at bigint                  -- null: nobody has said so
);

-- +goose Down
drop table receipt;
