-- +goose Up
-- owner: people
-- Their private messages are kept from us, where a network has a switch for them alone.
alter table person add column messages_blocked bigint not null default 0;

-- +goose Down
alter table person drop column messages_blocked;
