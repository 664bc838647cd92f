-- +goose Up
-- owner: channel
-- What networks told of accounts themselves: of each subject the last. That all is well
-- again is kept too, so that what is told late does not take its place.
create table notice (
  channel_id text not null,
  workspace text not null,
  subject text not null,          -- in the driver's words
  template text not null,         -- the name of the template it is about; '' = of the account
  template_id text not null,
  level text not null,            -- '' = all is well, warned, barred
  text text not null,
  fix text not null,
  ends_at bigint,                 -- as the network says; null = it does not say
  until_at bigint,                -- from then on nobody needs to be told; null = never
  at bigint not null,             -- as the network says
  primary key (channel_id, subject)
);

-- +goose Down
drop table notice;
