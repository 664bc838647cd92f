-- +goose Up
-- owner: channel
alter table channel add column paused_since bigint;   -- nothing may be spent on reading it since then; null = something may
-- It was kept as the sentence that people read.
update channel set paused_since = complete_until, reading_error = '' where reading_error like 'What may be spent on reading % this month is used up.';

-- +goose Down
alter table channel drop column paused_since;
