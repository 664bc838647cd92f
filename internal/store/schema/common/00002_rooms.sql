-- +goose Up

-- owner: team
create table workspace (
  id text primary key,
  name text not null,
  zone text not null,
  locale text not null,
  created_at bigint not null
);

-- owner: team
create table account (
  id text primary key,
  email text not null unique,     -- folded to lower case
  name text not null,
  password text not null,         -- argon2id, PHC form
  locale text not null,
  theme text not null,
  created_at bigint not null
);

-- owner: team
create table member (
  workspace text not null,
  account_id text not null,
  role text not null,
  channels text,                  -- JSON list of channel ids; null = all
  last_seen bigint,
  created_at bigint not null,
  primary key (workspace, account_id)
);
create index member_account on member (account_id);

-- owner: team
create table session (
  hash text primary key,          -- SHA-256 of the cookie
  account_id text not null,
  workspace text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null
);
create index session_account on session (account_id);

-- owner: team
create table invitation (
  id text primary key,
  workspace text not null,
  email text not null,
  role text not null,
  channels text,
  hash text not null unique,
  invited_by text not null,
  created_at bigint not null,
  expires_at bigint not null,
  accepted_at bigint
);
create index invitation_workspace on invitation (workspace, created_at);

-- owner: team
create table password_reset (
  hash text primary key,
  account_id text not null,
  expires_at bigint not null,
  used_at bigint
);

-- owner: team
create table sign_in_try (
  subject text not null,          -- folded e-mail or address of the caller
  at bigint not null
);
create index sign_in_try_subject on sign_in_try (subject, at);

-- owner: team
create table api_token (
  id text primary key,
  workspace text not null,
  account_id text not null,
  name text not null,
  hash text not null unique,
  scopes text not null,
  created_at bigint not null,
  used_at bigint,
  expires_at bigint
);
create index api_token_workspace on api_token (workspace, created_at);

-- owner: team
create table audit (
  id text primary key,
  workspace text not null,
  at bigint not null,
  actor_id text not null,
  actor_name text not null,
  verb text not null,
  subject text not null,
  detail text not null
);
create index audit_at on audit (workspace, at, id);

-- owner: team
create table idempotency (
  workspace text not null,
  actor text not null,
  key text not null,
  request text not null,          -- digest of method, path and body
  status bigint not null,
  answer text not null,
  at bigint not null,
  primary key (workspace, actor, key)
);

-- owner: channel
create table channel (
  id text primary key,
  workspace text not null,
  network text not null,
  base text not null,             -- address of the server this account lives on
  account_id text not null,       -- the network's own id
  handle text not null,
  name text not null,
  avatar_url text not null,
  url text not null,
  keys text not null,             -- sealed, bound to this row
  limits text not null,
  health text not null,           -- ok warn broken
  health_text text not null,
  health_fix text not null,
  checked_at bigint,
  cursor text not null,           -- where polling stands, the driver's own text
  complete_until bigint,
  webhook_at bigint,              -- the last time the network knocked
  created_at bigint not null,
  removed_at bigint
);
create unique index channel_account on channel (workspace, network, base, account_id);
create index channel_remote on channel (network, account_id);

-- owner: people
create table person (
  id text primary key,
  workspace text not null,
  name text not null,
  note text not null,
  blocked bigint not null,
  messages bigint not null,
  first_seen bigint not null,
  last_seen bigint not null
);
create index person_seen on person (workspace, last_seen, id);

-- owner: people
create table identity (
  id text primary key,
  workspace text not null,
  person_id text not null,
  network text not null,
  remote_id text not null,
  handle text not null,
  name text not null,
  avatar_url text not null,
  url text not null,
  first_seen bigint not null,
  last_seen bigint not null
);
create unique index identity_remote on identity (workspace, network, remote_id);
create index identity_person on identity (person_id);

-- owner: media
create table media (
  id text primary key,
  workspace text not null,
  name text not null,
  type text not null,
  bytes bigint not null,
  width bigint not null,
  height bigint not null,
  alt text not null,
  blob text not null,
  digest text not null,
  created_by text not null,
  created_at bigint not null
);
create index media_workspace on media (workspace, created_at);

-- owner: publish
create table post (
  id text primary key,
  workspace text not null,
  author_id text not null,
  author_name text not null,
  parts text not null,            -- JSON: the base text, its parts
  excerpt text not null,          -- first line, for lists and search
  state text not null,            -- the least finished of its publications
  due_at bigint,
  revision bigint not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index post_due on post (workspace, due_at, id);
create index post_state on post (workspace, state, due_at, id);
create index post_updated on post (workspace, updated_at, id);

-- owner: publish
create table publication (
  id text primary key,
  workspace text not null,
  post_id text not null,
  channel_id text not null,
  network text not null,
  own_parts text,                 -- JSON; null = the post's parts
  state text not null,            -- draft scheduled publishing published failed unclear cancelled deleted
  due_at bigint,
  published_at bigint,
  url text not null,
  error_kind text not null,
  error_text text not null,
  error_hint text not null,
  seen text not null,             -- JSON: what was seen while looking
  job_id text not null
);
create index publication_post on publication (post_id);
create index publication_due on publication (workspace, state, due_at);
create index publication_channel on publication (workspace, channel_id, published_at);

-- owner: publish
create table part (
  id text primary key,
  workspace text not null,
  publication_id text not null,
  channel_id text not null,
  position bigint not null,
  content text not null,          -- JSON, frozen when scheduled
  fingerprint text not null,
  key text not null,              -- chosen before the first try, so that a repetition is recognised
  state text not null,            -- due claimed sent unclear failed
  token bigint not null,          -- of the job that holds it
  claimed_at bigint,
  remote_id text,
  remote text not null,           -- JSON, what the driver needs to answer or thread on it
  url text not null,
  sent_at bigint,
  looks bigint not null,
  absent_since bigint
);
create unique index part_position on part (publication_id, position);
create unique index part_remote on part (workspace, channel_id, remote_id) where remote_id is not null;

-- owner: inbox
create table conversation (
  id text primary key,
  workspace text not null,
  channel_id text not null,
  network text not null,
  kind text not null,             -- comments direct mention
  thread text not null,           -- the network's id of what holds it together
  person_id text not null,
  publication_id text not null,
  title text not null,
  url text not null,
  state text not null,            -- open done
  unread bigint not null,
  count bigint not null,
  held bigint not null,
  last_at bigint not null,
  last_text text not null,
  last_from_us bigint not null,
  waiting_since bigint,           -- oldest message of theirs that we have not answered
  claimed_by text not null,
  created_at bigint not null
);
create unique index conversation_thread on conversation (workspace, channel_id, kind, thread);
create index conversation_last on conversation (workspace, state, last_at, id);
create index conversation_all on conversation (workspace, last_at, id);
create index conversation_channel on conversation (workspace, channel_id, last_at, id);
create index conversation_person on conversation (workspace, person_id, last_at);
create index conversation_waiting on conversation (workspace, waiting_since) where waiting_since is not null and state = 'open';

-- owner: measure
create table snapshot (
  id text primary key,
  workspace text not null,
  publication_id text not null,
  channel_id text not null,
  taken_at bigint not null,
  age_s bigint not null,
  counts text not null,           -- JSON exactly as the network named them; absent is absent
  source text not null
);
create index snapshot_publication on snapshot (publication_id, taken_at);
create index snapshot_channel on snapshot (workspace, channel_id, taken_at);

-- owner: measure
create table tally (
  workspace text not null,
  channel_id text not null,
  day text not null,              -- UTC, 2006-01-02
  kind text not null,             -- comment message mention reaction follow
  n bigint not null,
  primary key (workspace, channel_id, day, kind)
);

-- owner: moderate
create table rule (
  id text primary key,
  workspace text not null,
  kind text not null,
  mode text not null,             -- off shadow live
  version bigint not null,
  max_count bigint not null,
  window_s bigint not null,
  updated_at bigint not null
);
create unique index rule_kind on rule (workspace, kind);

-- owner: moderate
create table signal (
  workspace text not null,
  person_id text not null,
  at bigint not null,
  message_id text not null,
  primary key (workspace, person_id, at, message_id)
);

-- owner: moderate
create table verdict (
  id text primary key,
  workspace text not null,
  rule_id text not null,
  rule_kind text not null,
  rule_version bigint not null,
  person_id text not null,
  message_ids text not null,
  reason text not null,           -- JSON {key, params}: the sentence is made in the reader's language
  action text not null,           -- hold hide none (shadow)
  state text not null,            -- in_force undone upheld shadow
  at bigint not null,
  closed_by text not null,
  closed_at bigint,
  closed_reason text not null
);
create index verdict_at on verdict (workspace, state, at, id);
create index verdict_person on verdict (workspace, person_id, at);

-- +goose Down
drop table verdict; drop table signal; drop table rule; drop table tally; drop table snapshot;
drop table conversation; drop table part; drop table publication; drop table post; drop table media;
drop table identity; drop table person; drop table channel; drop table idempotency; drop table audit;
drop table api_token; drop table sign_in_try; drop table password_reset; drop table invitation;
drop table session; drop table member; drop table account; drop table workspace;
