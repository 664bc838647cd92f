-- +goose Up
-- owner: inbox
-- Of when the words of a message are, where its author changed them: an older change
-- that is told later does not bring former words back.
alter table message add column worded_at bigint;

-- +goose Down
alter table message drop column worded_at;
