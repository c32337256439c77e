import type { Transaction } from "../../db/database.ts";
import type { User } from "../../db/queries/people.ts";
import { insertEntity, insertUser } from "../../db/queries/people.ts";
import type { IssuedApiKey } from "../tokens/index.ts";
import { issueApiKey } from "../tokens/index.ts";
import type { Services } from "../services.ts";

export type NewPerson = { username: string; displayName: string; email: string | null; passwordHash: string | null; isAdmin: boolean; apiKey: string | null };

/** A user with their personal entity, of the same name, and a first key. Checks nothing. */
export async function insertPerson(services: Pick<Services, "random" | "ids">, tx: Transaction, person: NewPerson): Promise<{ user: User; key: IssuedApiKey }> {
  const entityId = await insertEntity(tx, person.username, "user");
  const user = await insertUser(tx, { ...person, entityId });
  const key = await issueApiKey(services, tx, { userId: user.id, entityId, username: user.username }, { description: "first key", existing: person.apiKey });
  return { user, key };
}
