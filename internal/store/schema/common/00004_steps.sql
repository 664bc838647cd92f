-- +goose Up
-- owner: publish
alter table part add column step text not null default '{}'; -- JSON: how far a part that takes several acts has come

-- owner: channel
create table network_app (
  network text not null,
  workspace text not null,        -- '' = of the whole house
  sealed text not null,           -- the app's credentials, bound to this row
  app_id text not null,           -- as shown
  updated_at bigint not null,
  primary key (network, workspace)
);

-- owner: channel
create table grant_wait (
  id text primary key,            -- also the state that comes back from the network
  workspace text not null,
  account_id text not null,       -- who asked
  network text not null,
  channel_id text not null,       -- '' = a new one
  settings text not null,         -- sealed JSON: form fields, verifier, memory, and the accounts once granted
  state text not null,            -- asked granted
  created_at bigint not null,
  expires_at bigint not null
);

-- owner: channel
create table gap (
  id text primary key,
  workspace text not null,
  channel_id text not null,
  from_at bigint not null,
  to_at bigint,                   -- null = still open
  reason text not null,           -- lost: the network tells no more · silent: it did not answer
  closed text not null,           -- '' or how it ended: filled dismissed
  created_at bigint not null
);
create index gap_channel on gap (workspace, channel_id, from_at);

-- owner: measure
create table account_day (
  workspace text not null,
  channel_id text not null,
  day text not null,              -- as the network counts days, 2006-01-02
  counts text not null,           -- JSON exactly as the network named them; absent is absent
  taken_at bigint not null,
  source text not null,
  primary key (workspace, channel_id, day)
);

-- +goose Down
drop table account_day; drop table gap; drop table grant_wait; drop table network_app;
alter table part drop column step;
