-- +goose Up
-- owner: media
alter table media add column millis bigint not null default 0; -- how long a video lasts; 0 = not known, or an image

-- +goose Down
alter table media drop column millis;
