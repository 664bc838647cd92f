-- +goose Up
-- owner: publish
-- The option that shares another post has one name on every network; on X it was
-- called quote. In JSON only a name is followed by a colon right after its mark, and only
-- X had that one.
update publication set options = replace(options, '"quote":', '"reshare":') where options like '%"quote":%';
update part set content = replace(content, '"quote":', '"reshare":') where content like '%"options":{%"quote":%';

-- +goose Down
select 1;
