import { findSecret, lockSecretForChange } from "../../db/queries/secrets.ts";
import { invalid } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { secretProblems } from "./check-secret.ts";
import { requireTeam } from "./permissions.ts";
import type { Secret } from "./secret.ts";
import { secretOf } from "./secret.ts";
import { checkUse, storeFirst, storeNext } from "./store-secret.ts";

/**
 * Creates the secret, or gives it a new value: its version then counts one up, and every earlier value is forgotten at
 * once; rotateSecret leaves receivers time. For the team's admins.
 */
export async function putSecret(services: Pick<Services, "db" | "secretStore" | "ids">, viewer: Viewer, input: { team: string; name: string; value: string }): Promise<Secret> {
  return services.db.transaction(async (tx) => {
    noEvent("a secret is none of the things that automations watch");
    const team = await requireTeam(tx, viewer, input.team, "admin");
    const problems = secretProblems(input);
    if (problems.length > 0) throw invalid(problems);
    const next = { name: input.name, value: input.value, entityId: team.id, userId: viewer.userId };
    await checkUse(tx, next);
    const known = await lockSecretForChange(tx, team.id, input.name);
    const { id, version } = await (known === null ? storeFirst(services, tx, next) : storeNext(services, tx, known, { ...next, overlapSeconds: 0 }));
    const stored = await findSecret(tx, team.id, input.name);
    if (stored === null) throw new Error("The secret that was just stored is not there.");
    const action = version === 1 ? "secret.create" : "secret.update";
    await recordAudit(tx, viewer, { action, entityId: team.id, object: { id, name: input.name }, before: version === 1 ? null : { version: version - 1 }, after: { version } });
    return secretOf(stored);
  });
}
