-- +goose Up
-- owner: inbox
-- Words of messages that are gone are not read in the list of conversations any more.
update conversation set last_text = '' where last_text <> '' and (select m.state from message m
  where m.conversation_id = conversation.id and m.state <> 'missing' order by m.at desc, m.id desc limit 1) = 'deleted';
-- +goose Down
