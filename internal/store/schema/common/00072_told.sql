-- +goose Up
-- owner: channel
alter table channel add column told text not null default '[]';   -- JSON: what is used of limits, as answers to reading say in their headers

-- +goose Down
alter table channel drop column told;
