import type { Transaction } from "../../db/database.ts";
import { deletePreviousOfSecret, keepAsPrevious } from "../../db/queries/previous-secrets.ts";
import type { SealedColumns } from "../../db/queries/secrets.ts";
import { findWebhooksOfSecret, insertSealedSecret, replaceSealedSecret } from "../../db/queries/secrets.ts";
import { conflict, invalidAt } from "../../domain/failure.ts";
import type { SealedSecret } from "../../ports/secret-store/port.ts";
import type { Services } from "../services.ts";
import { accessTokenProblem } from "./check-secret.ts";

export type Stored = { id: string; version: number };
export type NewValue = { name: string; value: string; entityId: number; userId: number };

/** A new value has to fit what webhooks already use the secret for. Throws invalid. */
export async function checkUse(tx: Transaction, { entityId, name, value }: NewValue): Promise<void> {
  const problem = accessTokenProblem(value);
  if (problem === null) return;
  const users = (await findWebhooksOfSecret(tx, entityId, name)).filter((webhook) => webhook.as_access_token);
  if (users.length > 0) throw invalidAt("value", `${problem}, and this secret is the access token of ${users.map((webhook) => `"${webhook.name}"`).join(", ")}`);
}

/** Seals the first value of a secret and stores it. */
export async function storeFirst(services: Pick<Services, "secretStore" | "ids">, tx: Transaction, input: NewValue): Promise<Stored> {
  const id = services.ids();
  const write = { id, ...placeOf(input), version: 1, sealed: await sealFor(services, { id, version: 1 }, input) };
  if (!(await insertSealedSecret(tx, write))) throw conflict(`The secret "${input.name}" was created by another request at the same moment; try again.`);
  return { id, version: 1 };
}

/**
 * Seals a further value and stores it. The one of before goes on signing for `overlapSeconds`; 0 forgets it at once,
 * and any earlier one with it. The secret's row has to be locked.
 */
export async function storeNext(services: Pick<Services, "secretStore">, tx: Transaction, known: Stored, input: NewValue & { overlapSeconds: number }): Promise<Stored> {
  const version = known.version + 1;
  const sealed = await sealFor(services, { id: known.id, version }, input);
  if (input.overlapSeconds > 0) await keepAsPrevious(tx, known.id, input.overlapSeconds);
  else await deletePreviousOfSecret(tx, known.id);
  await replaceSealedSecret(tx, { id: known.id, ...placeOf(input), version, sealed });
  return { id: known.id, version };
}

const placeOf = ({ entityId, name, userId }: NewValue): { entityId: number; name: string; updatedBy: number } => ({ entityId, name, updatedBy: userId });

const sealFor = async (services: Pick<Services, "secretStore">, { id, version }: { id: string; version: number }, { value, entityId }: NewValue): Promise<SealedColumns> =>
  columnsOf(await services.secretStore.seal(value, { entityId: String(entityId), secretId: id, version }));

const columnsOf = (sealed: SealedSecret): SealedColumns => ({
  key_id: sealed.keyId,
  wrap_nonce: sealed.wrapNonce,
  wrapped_key: sealed.wrappedKey,
  nonce: sealed.nonce,
  ciphertext: sealed.ciphertext,
});
