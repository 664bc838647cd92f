-- +goose Up
-- owner: channel
-- What an account lets us do: its sort, and the rights that were given with it.
alter table channel add column granted text not null default '{}';

-- +goose Down
alter table channel drop column granted;
