-- `description` of a key is its name. A key that has expired stays, so that its user sees why it no longer works.
-- last_used_at is coarse: written at most once a minute.
alter table api_keys add column expires_at timestamptz, add column last_used_at timestamptz;

-- A session is a key that a browser holds in a cookie: stored as SHA-256, as keys are.
create table sessions (
  id            uuid primary key,
  entity_id     bigint not null references entities,
  user_id       bigint not null references users on delete cascade,
  hash          bytea not null unique,
  address       text not null,
  user_agent    text,
  created_at    timestamptz not null default now(),
  expires_at    timestamptz not null,
  last_used_at  timestamptz not null default now()
);
create index sessions_user on sessions (user_id, id);
create index sessions_expiry on sessions (expires_at);

-- Failed attempts to sign in, for all processes together. A subject is the hash of a name at an address, of a name, or
-- of an address: what people type into the wrong field is not kept.
create table login_failures (
  subject      text primary key,
  kind         smallint not null,
  failures     integer not null,
  window_ends  timestamptz not null
);
create index login_failures_window on login_failures (window_ends);
