-- +goose Up

-- owner: secret
create table secret_key (
  id text primary key,
  wrapped text not null,          -- the data key, sealed by the master key
  created_at bigint not null,
  retired_at bigint               -- sealed texts may still name it; nothing new does
);

-- owner: jobs
create table job (
  id text primary key,
  workspace text not null,
  kind text not null,
  lane text not null,             -- one at a time, in order of due_at
  key text,                       -- unique while not finished
  args text not null,
  state text not null,            -- open done failed cancelled; an open job runs while its lane is held for it
  due_at bigint not null,         -- the place in the lane; a retry does not move it
  run_at bigint not null,         -- not before; moves with every retry
  attempt bigint not null default 0,    -- tries that ended, well or not
  broken bigint not null default 0,     -- how many of them as Internal
  rescued bigint not null default 0,    -- a try ended without a word
  failing bigint not null default 0,    -- it has failed, what it means could not be recorded yet; counts the tries
  done_units bigint not null default 0,
  total_units bigint not null default 0,
  error_kind text not null default '',
  error_text text not null default '',
  cancel_asked bigint not null default 0,
  created_at bigint not null,
  finished_at bigint
);
create unique index job_key on job (workspace, kind, key) where key is not null and state = 'open';
create index job_line on job (workspace, lane, due_at, id) where state = 'open';
create index job_history on job (workspace, id);
create index job_finished on job (finished_at) where finished_at is not null;

-- owner: jobs
create table job_lane (           -- every lane that has an open job
  workspace text not null,
  lane text not null,
  head text,                      -- whose turn it is; '' = find out; null only inside a transaction
  due_at bigint,                  -- of the head
  run_at bigint,                  -- of the head
  token bigint not null default 0,-- fencing: grows with every claim
  runner text not null default '',-- who works on the head; '' = nobody
  lease_until bigint,
  primary key (workspace, lane)
);
create index job_lane_wake on job_lane (run_at) where runner = '';
create index job_lane_held on job_lane (runner, lease_until) where runner <> '';
create index job_lane_empty on job_lane (workspace) where head is null;

-- owner: jobs
create table job_cron (
  name text primary key,
  spec text not null,
  last_at bigint not null
);

-- owner: stream
create table stream_position (
  epoch text not null,            -- which stream: a replaced one begins again
  partition_no bigint not null,
  applied bigint not null,        -- the last sequence whose effects are in this database
  reader text not null default '',-- who reads this partition
  lease_until bigint,             -- null: nobody else can
  primary key (epoch, partition_no)
);

-- owner: stream
create table fact_seen (
  workspace text not null,
  key text not null,
  at bigint not null,
  primary key (workspace, key)
);
create index fact_seen_at on fact_seen (at);

-- owner: stream
create table fact_aside (
  id text primary key,
  workspace text not null,
  channel_id text not null,
  person text not null,
  key text not null,
  body text not null,             -- the whole fact
  error_text text not null,
  at bigint not null,
  replayed_at bigint
);
create index fact_aside_at on fact_aside (workspace, at);

-- +goose Down
drop table fact_aside;
drop table fact_seen;
drop table stream_position;
drop table job_cron;
drop table job_lane;
drop table job;
drop table secret_key;
