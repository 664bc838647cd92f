-- +goose Up
-- owner: channel
alter table channel add column keys_expire_at bigint;               -- null = they last, or nobody knows
alter table channel add column quotas text not null default '[]';   -- JSON: what is used, as the network says
alter table channel add column quotas_at bigint;
alter table channel add column pages bigint not null default 0;     -- read while catching up; 0 = nothing to catch up
alter table channel add column reading_error text not null default ''; -- why it could not be read the last time

-- owner: publish
-- What a quota counts: parts that are out, and those that are not.
create index part_sent on part (channel_id, sent_at) where state = 'sent';
create index part_open on part (channel_id, state) where state <> 'sent';

-- +goose Down
drop index part_open; drop index part_sent;
alter table channel drop column reading_error; alter table channel drop column pages;
alter table channel drop column quotas_at; alter table channel drop column quotas; alter table channel drop column keys_expire_at;
