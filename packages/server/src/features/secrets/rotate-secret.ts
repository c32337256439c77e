import type { Problem } from "@bellhop/contract";
import { countPreviousSecrets, deletePreviousOfSecret } from "../../db/queries/previous-secrets.ts";
import { findSecret, lockSecretForChange } from "../../db/queries/secrets.ts";
import { conflict, invalid, notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { secretProblems } from "./check-secret.ts";
import { requireTeam } from "./permissions.ts";
import type { Secret } from "./secret.ts";
import { secretOf } from "./secret.ts";
import { checkUse, storeNext } from "./store-secret.ts";

export const longestOverlapSeconds = 30 * 86_400;
/** Each of them is one more signature in the headers of every delivery. */
const mostPrevious = 3;

type Input = { team: string; name: string; value: string; overlapSeconds: number };

/**
 * Gives an existing secret a new value, which is used at once; the one of before goes on signing beside it for
 * `overlapSeconds`. With 0 all earlier ones are forgotten at once: for a secret that leaked. For the team's admins.
 */
export async function rotateSecret(services: Pick<Services, "db" | "secretStore">, viewer: Viewer, input: Input): Promise<Secret> {
  return services.db.transaction(async (tx) => {
    noEvent("a secret is none of the things that automations watch");
    const team = await requireTeam(tx, viewer, input.team, "admin");
    const known = await lockSecretForChange(tx, team.id, input.name);
    if (known === null) throw notFound(`Secret "${input.name}"`);
    const problems = [...secretProblems(input), ...overlapProblems(input.overlapSeconds)];
    if (problems.length > 0) throw invalid(problems);
    const next = { name: input.name, value: input.value, entityId: team.id, userId: viewer.userId, overlapSeconds: input.overlapSeconds };
    await checkUse(tx, next);
    if (next.overlapSeconds > 0 && (await countPreviousSecrets(tx, known.id)) >= mostPrevious) {
      throw conflict(`The secret "${input.name}" has ${mostPrevious} earlier values that still sign; end their overlap first (DELETE …/previous), or rotate with overlapSeconds 0.`);
    }
    const { id, version } = await storeNext(services, tx, known, next);
    const { overlapSeconds } = input;
    await recordAudit(tx, viewer, { action: "secret.rotate", entityId: team.id, object: { id, name: input.name }, before: { version: known.version }, after: { version, overlapSeconds } });
    return read(await findSecret(tx, team.id, input.name));
  });
}

/** Forgets the earlier values of a secret now: every receiver has the new one. For the team's admins. */
export async function endRotation(services: Pick<Services, "db">, viewer: Viewer, input: { team: string; name: string }): Promise<void> {
  await services.db.transaction(async (tx) => {
    noEvent("a secret is none of the things that automations watch");
    const team = await requireTeam(tx, viewer, input.team, "admin");
    const known = await lockSecretForChange(tx, team.id, input.name);
    if (known === null) throw notFound(`Secret "${input.name}"`);
    const ended = await deletePreviousOfSecret(tx, known.id);
    if (ended.length > 0) await recordAudit(tx, viewer, { action: "secret.end_rotation", entityId: team.id, object: { id: known.id, name: input.name }, before: { previous: ended } });
  });
}

function overlapProblems(seconds: number): Problem[] {
  const fits = Number.isInteger(seconds) && seconds >= 0 && seconds <= longestOverlapSeconds;
  return fits ? [] : [{ path: "overlapSeconds", message: `must be a whole number from 0 to ${longestOverlapSeconds}` }];
}

function read(row: Parameters<typeof secretOf>[0] | null): Secret {
  if (row === null) throw new Error("The secret that was just stored is not there.");
  return secretOf(row);
}
