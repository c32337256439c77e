import type { Querier } from "../database.ts";
import { sql } from "../database.ts";

export type SealedSecretRow = {
  webhook_id: string;
  id: string;
  entity_id: number;
  name: string;
  version: number;
  key_id: string;
  wrap_nonce: Buffer;
  wrapped_key: Buffer;
  nonce: Buffer;
  ciphertext: Buffer;
  /** A value from before a rotation, which still signs beside the present one. */
  previous: boolean;
};

// A webhook's secrets are names; only those of its own entity are ever looked at.
const grantedSecrets = sql("granted_secrets", `
  with granted as materialized (
    select webhook.id as webhook_id, secret.id, secret.entity_id, secret.name, secret.version, secret.key_id, secret.wrap_nonce, secret.wrapped_key, secret.nonce, secret.ciphertext
    from webhooks as webhook
    join secrets as secret on secret.entity_id = webhook.entity_id
      and secret.name = any (webhook.secret_names || array[webhook.access_token, webhook.signing_secret])
    where webhook.id = any ($1)
  )
  select granted.*, false as previous from granted
  union all
  select granted.webhook_id, granted.id, granted.entity_id, granted.name, old.version, old.key_id, old.wrap_nonce, old.wrapped_key, old.nonce, old.ciphertext, true
  from granted join previous_secrets as old on old.secret_id = granted.id and old.expires_at > now()`);

/** The secrets that each of the webhooks may use, still sealed, with their values of before a rotation that still sign. */
export const findGrantedSecrets = (db: Querier, webhookIds: readonly string[]): Promise<SealedSecretRow[]> => db.query<SealedSecretRow>(grantedSecrets, [webhookIds]);

const oneSecret = sql("granted_secrets_one", `
  with wanted as materialized (
    select id, entity_id, name, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext from secrets where entity_id = $1 and name = $2
  )
  select '' as webhook_id, wanted.*, false as previous from wanted
  union all
  select '', wanted.id, wanted.entity_id, wanted.name, old.version, old.key_id, old.wrap_nonce, old.wrapped_key, old.nonce, old.ciphertext, true
  from wanted join previous_secrets as old on old.secret_id = wanted.id and old.expires_at > now()`);

/** One secret, still sealed, with its values of before a rotation that still sign; none where there is no such secret. */
export const findSecretWithPrevious = (db: Querier, entityId: number, name: string): Promise<SealedSecretRow[]> => db.query<SealedSecretRow>(oneSecret, [entityId, name]);
