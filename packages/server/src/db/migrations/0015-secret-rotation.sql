-- Values that a secret had before its last rotations, as long as deliveries are signed with them too. Each stays sealed
-- for the version that it had.
create table previous_secrets (
  secret_id    uuid not null references secrets on delete cascade,
  version      integer not null,
  entity_id    bigint not null references entities,
  key_id       text not null,
  wrap_nonce   bytea not null,
  wrapped_key  bytea not null,
  nonce        bytea not null,
  ciphertext   bytea not null,
  expires_at   timestamptz not null,
  primary key (secret_id, version)
);
create index previous_secrets_by_end on previous_secrets (expires_at);
