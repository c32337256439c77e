import type { Transaction } from "../../db/database.ts";
import type { User } from "../../db/queries/people.ts";
import { insertEntity, insertUser } from "../../db/queries/people.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { recordAudit } from "../audit/index.ts";
import type { IssuedApiKey } from "../tokens/index.ts";
import { auditedKey, issueApiKey } from "../tokens/index.ts";
import type { Services } from "../services.ts";

export type NewPerson = { username: string; displayName: string; email: string | null; passwordHash: string | null; isAdmin: boolean; apiKey: string | null };

/** A user with their personal entity, of the same name, and a first key. Checks nothing. `viewer` is null where the server itself makes the user. */
export async function insertPerson(services: Pick<Services, "random" | "ids">, tx: Transaction, viewer: Viewer | null, person: NewPerson): Promise<{ user: User; key: IssuedApiKey }> {
  const entityId = await insertEntity(tx, person.username, "user");
  const user = await insertUser(tx, { ...person, entityId });
  const key = await issueApiKey(services, tx, { userId: user.id, entityId, username: user.username }, { description: "first key", existing: person.apiKey });
  await recordAudit(tx, viewer, { action: "user.create", entityId, object: { id: user.id, name: user.username }, after: { displayName: user.displayName, email: user.email, isAdmin: user.isAdmin, password: person.passwordHash !== null } });
  await recordAudit(tx, viewer, { action: "api_key.create", entityId, object: { id: key.id, name: user.username }, after: auditedKey(key, person.apiKey !== null) });
  return { user, key };
}
