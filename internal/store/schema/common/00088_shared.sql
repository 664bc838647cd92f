-- +goose Up
-- owner: publish
-- Of a post that shares another one: what that one's author thinks of it, as the network says; '' = nobody knows.
alter table publication add column shared text not null default '';

-- +goose Down
alter table publication drop column shared;
