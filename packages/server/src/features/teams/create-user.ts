import type { User } from "../../db/queries/people.ts";
import { invalidAt } from "../../domain/failure.ts";
import { requirePassword } from "../../domain/password.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { isPlausibleApiKey } from "../../kit/api-key.ts";
import { hashPassword } from "../../kit/password.ts";
import { noEvent } from "../../pipeline/index.ts";
import { requireServerAdmin } from "../access/index.ts";
import type { Services } from "../services.ts";
import { insertPerson } from "./insert-person.ts";
import { nameTaken, requireEntityName } from "./names.ts";

export type CreateUserInput = { username: string; displayName?: string | undefined; email?: string | undefined; password?: string | undefined; apiKey?: string | undefined; isAdmin?: boolean };

/**
 * Creates a user, with a personal entity of the same name and an API key: a new one, or the W&B key that is given.
 * The key is in the answer, and nowhere else. Only for a server administrator; conflict when a name is taken.
 */
export async function createUser(services: Pick<Services, "db" | "random" | "ids">, viewer: Viewer, input: CreateUserInput): Promise<{ user: User; apiKey: string }> {
  requireServerAdmin(viewer);
  requireEntityName(input.username, "username");
  if (input.password !== undefined) requirePassword(input.password, "password");
  if (input.apiKey !== undefined && !isPlausibleApiKey(input.apiKey)) throw invalidAt("apiKey", "is not a W&B API key: it needs 40 or more letters, digits, - and _, after an optional prefix and dash");
  if (input.email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(input.email)) throw invalidAt("email", "is not an email address");
  noEvent("automations watch artifacts and runs, not people");
  const passwordHash = input.password === undefined ? null : await hashPassword(input.password, services.random);
  const person = { username: input.username, displayName: input.displayName ?? input.username, email: input.email ?? null, passwordHash, isAdmin: input.isAdmin ?? false, apiKey: input.apiKey ?? null };
  try {
    const { user, key } = await services.db.transaction((tx) => insertPerson(services, tx, viewer, person));
    return { user, apiKey: key.apiKey };
  } catch (error) {
    throw nameTaken(error, input.username);
  }
}
