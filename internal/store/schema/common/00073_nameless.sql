-- +goose Up
-- owner: people
-- Somebody of whom a network told neither a name nor a handle was called by its number of
-- them (“urn:li:person:…”), which nobody can read. They have no name until it is told.
update person set name = '' where exists (select 1 from identity
	where identity.workspace = person.workspace and identity.person_id = person.id
	and identity.remote_id = person.name and identity.name = '' and identity.handle = '');

-- +goose Down
select 1;
