import type { Transaction } from "../../db/database.ts";
import { hasServerAdmin, takeFirstAdminTurn } from "../../db/queries/people.ts";
import { requirePassword } from "../../domain/password.ts";
import { newApiKey } from "../../kit/api-key.ts";
import { hashPassword } from "../../kit/password.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
import { insertPerson } from "./insert-person.ts";
import { nameTaken, requireEntityName } from "./names.ts";

/** What is generated is given here once; what was configured is not repeated. */
export type FirstAdministrator = { created: boolean; password?: string; apiKey?: string };

/**
 * Creates the server's administrator unless there is one: for the start of the server, again and again, and from two
 * servers at once. Where password or apiKey is null, one is generated.
 */
export async function createFirstAdministrator(
  services: Pick<Services, "db" | "random" | "ids">,
  input: { username: string; password: string | null; apiKey: string | null },
): Promise<FirstAdministrator> {
  // Hashing takes a tenth of a second; every start but the first is spared it.
  if (await hasServerAdmin(services.db)) return { created: false };
  requireEntityName(input.username, "username");
  if (input.password !== null) requirePassword(input.password, "password");
  noEvent("automations watch artifacts and runs, not people");
  const password = input.password ?? newApiKey(services.random).slice(0, 20);
  const passwordHash = await hashPassword(password, services.random);
  const person = { username: input.username, displayName: input.username, email: null, passwordHash, isAdmin: true, apiKey: input.apiKey };
  try {
    return await services.db.transaction(async (tx) => {
      if (!(await mayBeFirst(tx))) return { created: false };
      const { key } = await insertPerson(services, tx, null, person);
      return { created: true, ...(input.password === null ? { password } : {}), ...(input.apiKey === null ? { apiKey: key.apiKey } : {}) };
    });
  } catch (error) {
    throw nameTaken(error, input.username);
  }
}

async function mayBeFirst(tx: Transaction): Promise<boolean> {
  await takeFirstAdminTurn(tx);
  return !(await hasServerAdmin(tx));
}
