-- +goose Up
-- An index that does not begin with the workspace loses to any other one that does,
-- and whoever asks by both then reads all that the workspace has.

-- owner: publish
drop index publication_post;
create index publication_post on publication (workspace, post_id, state);
create index publication_when on publication (workspace, due_at);
create index publication_out on publication (workspace, published_at) where published_at is not null;
create index edit_part on edit (workspace, part_id, state);

-- owner: moderate
create index verdict_recent on verdict (workspace, at, id);

-- owner: measure
create index tally_day on tally (workspace, day);

-- +goose Down
drop index tally_day;
drop index verdict_recent;
drop index edit_part;
drop index publication_out;
drop index publication_when;
drop index publication_post;
create index publication_post on publication (post_id);
