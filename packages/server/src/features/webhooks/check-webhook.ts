import type { Problem } from "@bellhop/contract";
import type { Transaction } from "../../db/database.ts";
import type { NamedSealedRow } from "../../db/queries/secrets.ts";
import { shareSecretsByName } from "../../db/queries/secrets.ts";
import { endpointNotAllowed } from "../../domain/endpoint/endpoint-refusal.ts";
import { Failure, invalid } from "../../domain/failure.ts";
import { didYouMean, nearestName } from "../../kit/nearest-name.ts";
import { nameProblem } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { SecretUnreadable } from "../../ports/secret-store/port.ts";
import type { RefusedEndpoint } from "../audit/index.ts";
import { recordRefusal } from "../audit/index.ts";
import { accessTokenProblem } from "../secrets/index.ts";
import type { Services } from "../services.ts";
import { headerProblems } from "./check-headers.ts";
import type { WebhookFields } from "./webhook.ts";

const mostSecrets = 32;

/**
 * Refuses a URL that webhooks may not call: by its text, or by the addresses that its name has now. The tenant gets one
 * message for all of it; the exact code goes to the server's part of the audit log. Delivery checks again, on the address that it dials.
 */
export async function checkEndpoint(services: Pick<Services, "db" | "outbound" | "log">, viewer: Viewer, url: string, of: Pick<RefusedEndpoint, "team" | "webhook">): Promise<void> {
  const checked = await services.outbound.check(url);
  if (checked.ok) return;
  services.log.warn({ code: checked.code, where: checked.where, team: of.team, user: viewer.username }, "a webhook's endpoint was refused");
  await recordRefusal(services, viewer, { code: checked.code, where: checked.where, team: of.team, webhook: of.webhook });
  throw new Failure("endpoint_not_allowed", endpointNotAllowed, [{ path: "url", message: endpointNotAllowed }]);
}

/** Throws invalid with everything that is wrong, but for the URL. The secrets that are named stay as they are until the transaction ends. */
export async function checkFields(services: Pick<Services, "secretStore">, tx: Transaction, entityId: number, fields: WebhookFields): Promise<void> {
  const named = [fields.accessToken, fields.secret, ...fields.secrets].filter((name) => name !== null);
  const found = await shareSecretsByName(tx, entityId, [...new Set(named)]);
  const problems = [nameProblem("webhook", fields.name, "name"), timeoutProblem(fields.timeoutSeconds), scheduleProblem(fields.retrySchedule), concurrencyProblem(fields.concurrency)].filter((problem) => problem !== null);
  problems.push(...secretProblems(fields, new Set(found.map(({ name }) => name))), ...headerProblems(fields));
  const token = found.find(({ name }) => name === fields.accessToken);
  if (token !== undefined) problems.push(...(await tokenProblems(services, entityId, token)));
  if (problems.length > 0) throw invalid(problems);
}

const timeoutProblem = (seconds: number): Problem | null => (seconds >= 1 && seconds <= 30 ? null : { path: "timeoutSeconds", message: "must be from 1 to 30" });

const mostAtOnce = 1_000;

const concurrencyProblem = (most: number | null): Problem | null =>
  most === null || (Number.isInteger(most) && most >= 1 && most <= mostAtOnce) ? null : { path: "concurrency", message: `must be a whole number from 1 to ${mostAtOnce}` };

const mostAttempts = 50;
const longestWaitSeconds = 604_800;

function scheduleProblem(waits: readonly number[] | null): Problem | null {
  if (waits === null) return null;
  if (waits.length === 0 || waits.length > mostAttempts) return { path: "retrySchedule", message: `must have from 1 to ${mostAttempts} waits, has ${waits.length}` };
  if (waits[0] !== 0) return { path: "retrySchedule[0]", message: "must be 0: the first attempt is made at once" };
  const wrong = waits.findIndex((wait) => !Number.isInteger(wait) || wait < 0 || wait > longestWaitSeconds);
  return wrong === -1 ? null : { path: `retrySchedule[${wrong}]`, message: `must be whole seconds, from 0 to ${longestWaitSeconds}` };
}

function secretProblems(fields: WebhookFields, known: ReadonlySet<string>): Problem[] {
  const missing = (path: string, name: string | null): Problem[] => {
    if (name === null || known.has(name)) return [];
    return [{ path, message: `there is no secret "${name.slice(0, 64)}"${didYouMean(nearestName(name, known))}` }];
  };
  if (fields.secrets.length > mostSecrets) return [{ path: "secrets", message: `must be at most ${mostSecrets}, are ${fields.secrets.length}` }];
  return [...missing("accessToken", fields.accessToken), ...missing("secret", fields.secret), ...fields.secrets.flatMap((name, index) => missing(`secrets[${index}]`, name))];
}

async function tokenProblems(services: Pick<Services, "secretStore">, entityId: number, row: NamedSealedRow): Promise<Problem[]> {
  const sealed = { keyId: row.key_id, wrapNonce: row.wrap_nonce, wrappedKey: row.wrapped_key, nonce: row.nonce, ciphertext: row.ciphertext };
  try {
    const problem = accessTokenProblem(await services.secretStore.open(sealed, { entityId: String(entityId), secretId: row.id, version: row.version }));
    return problem === null ? [] : [{ path: "accessToken", message: `the secret "${row.name}" does not fit: ${problem}` }];
  } catch (error) {
    if (error instanceof SecretUnreadable) return [{ path: "accessToken", message: `the secret "${row.name}" can't be decrypted with this server's key; store its value again` }];
    throw error;
  }
}
