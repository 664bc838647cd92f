-- +goose Up
-- owner: inbox
-- To whom one wrote first is counted by the day: what we sent, by when it left.
create index message_claimed on message (channel_id, claimed_at) where from_us = 1 and claimed_at is not null;
create index message_sending on message (channel_id) where from_us = 1 and sending = 'sending';

-- +goose Down
drop index message_sending;
drop index message_claimed;
