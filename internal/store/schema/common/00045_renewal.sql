-- +goose Up
-- owner: channel
-- Keys that a network lets one use once are renewed by one process at a time.
alter table channel add column renewal text not null default '';     -- of whoever renews them now
alter table channel add column renewal_until bigint;                  -- then somebody else may try
alter table channel add column keys_before text not null default '';  -- sealed: those that the keys of now were renewed from

-- +goose Down
alter table channel drop column keys_before; alter table channel drop column renewal_until; alter table channel drop column renewal;
