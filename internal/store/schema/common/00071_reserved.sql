-- +goose Up
-- owner: publish
-- About how many calls a part takes of its network's quota; null: nobody counted.
alter table part add column calls bigint;
create index subtitled_due on subtitled (publication_id) where state = 'due';
create index covered_due on covered (publication_id) where state = 'due';

-- +goose Down
drop index covered_due;
drop index subtitled_due;
alter table part drop column calls;
