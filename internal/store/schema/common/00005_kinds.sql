-- +goose Up
-- owner: media
alter table media add column millis bigint not null default 0; -- how long a video lasts; 0 = not known, or an image

-- owner: publish
alter table publication add column kind text not null default '';      -- of the post on this network: '' story reel
alter table publication add column options text not null default '{}'; -- JSON: what was chosen, by the network's names

-- +goose Down
alter table publication drop column options;
alter table publication drop column kind;
alter table media drop column millis;
