-- +goose Up
-- owner: channel
alter table channel add column silent_since bigint;   -- null = the network answers, as far as we know

-- +goose Down
alter table channel drop column silent_since;
