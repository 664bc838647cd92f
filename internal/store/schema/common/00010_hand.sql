-- +goose Up
-- owner: publish
alter table publication add column proof text not null default ''; -- the file that a person showed: a screenshot
alter table publication add column reminded bigint not null default 0; -- how often somebody was reminded to publish by hand

-- owner: team
create table push_subscription (
  id text primary key,
  account_id text not null,
  endpoint text not null unique,
  keys text not null,             -- sealed JSON: p256dh, auth
  agent text not null,            -- the browser, as it is shown
  locale text not null,
  created_at bigint not null,
  used_at bigint,
  failed bigint not null
);
create index push_subscription_account on push_subscription (account_id);

-- owner: team
create table push_key (
  id text primary key,
  public text not null,
  sealed text not null,
  created_at bigint not null
);

-- +goose Down
drop table push_key; drop table push_subscription;
alter table publication drop column reminded;
alter table publication drop column proof;
