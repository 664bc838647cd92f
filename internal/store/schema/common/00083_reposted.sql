-- +goose Up
-- owner: inbox
alter table message add column reposted bigint not null default 0;

-- +goose Down
alter table message drop column reposted;
