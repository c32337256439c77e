-- People and what they belong to. Every table carries entity_id, the entity that owns the row, so that a later
-- release can split the data by team without a new column.

create table entities (
  id          bigint generated always as identity primary key,
  name        text not null,
  kind        text not null check (kind in ('user', 'team', 'organization')),
  created_at  timestamptz not null default now()
);
-- A name is an address (/<entity>/<project>): one namespace, whatever its case.
create unique index entities_name on entities (lower(name));

create table users (
  id             bigint generated always as identity primary key,
  entity_id      bigint not null unique references entities,
  username       text not null,
  display_name   text not null,
  email          text,
  password_hash  text,
  is_admin       boolean not null default false,
  created_at     timestamptz not null default now()
);
create unique index users_username on users (lower(username));
create unique index users_email on users (lower(email)) where email is not null;

create table organizations (
  id          bigint generated always as identity primary key,
  entity_id   bigint not null unique references entities,
  name        text not null,
  created_at  timestamptz not null default now()
);
create unique index organizations_name on organizations (lower(name));

create table organization_members (
  organization_id  bigint not null references organizations on delete cascade,
  user_id          bigint not null references users on delete cascade,
  entity_id        bigint not null references entities,
  role             text not null check (role in ('admin', 'member', 'viewer')),
  created_at       timestamptz not null default now(),
  primary key (organization_id, user_id)
);
create index organization_members_user on organization_members (user_id);

create table teams (
  entity_id        bigint primary key references entities,
  organization_id  bigint not null references organizations,
  created_at       timestamptz not null default now()
);
create index teams_organization on teams (organization_id);

create table team_members (
  entity_id   bigint not null references teams on delete cascade,
  user_id     bigint not null references users on delete cascade,
  role        text not null check (role in ('admin', 'member', 'viewer')),
  created_at  timestamptz not null default now(),
  primary key (entity_id, user_id)
);
create index team_members_user on team_members (user_id);

-- Keys are stored as SHA-256: they carry at least 160 bits of chance, so a slow hash would add nothing. `ending`, the
-- last four characters, lets a user tell keys apart.
create table api_keys (
  id            uuid primary key,
  entity_id     bigint not null references entities,
  user_id       bigint not null references users on delete cascade,
  hash          bytea not null unique,
  description   text,
  ending        text not null default '',
  created_at    timestamptz not null default now()
);
create index api_keys_user on api_keys (user_id);
