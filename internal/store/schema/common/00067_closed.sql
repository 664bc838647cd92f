-- +goose Up
-- owner: publish
-- Nobody may comment on it on its network.
alter table publication add column closed bigint not null default 0;

-- +goose Down
alter table publication drop column closed;
