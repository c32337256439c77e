import type { Transaction } from "../../db/database.ts";
import { findSecret, findWebhooksOfSecret, insertSealedSecret, lockSecretForChange, replaceSealedSecret } from "../../db/queries/secrets.ts";
import type { SealedColumns } from "../../db/queries/secrets.ts";
import { conflict, invalid, invalidAt } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { SealedSecret } from "../../ports/secret-store/port.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";
import { accessTokenProblem, secretProblems } from "./check-secret.ts";
import { requireTeam } from "./permissions.ts";
import type { Secret } from "./secret.ts";
import { secretOf } from "./secret.ts";

type Needs = Pick<Services, "db" | "secretStore" | "ids">;
type Input = { team: string; name: string; value: string };

/** Creates the secret, or gives it a new value: its version then counts one up. For the team's admins. */
export async function putSecret(services: Needs, viewer: Viewer, input: Input): Promise<Secret> {
  return services.db.transaction(async (tx) => {
    noEvent("a secret is none of the things that automations watch");
    const team = await requireTeam(tx, viewer, input.team, "admin");
    const problems = secretProblems(input);
    if (problems.length > 0) throw invalid(problems);
    await checkUse(tx, team.id, input);
    const { id, version } = await store(services, tx, { ...input, entityId: team.id, userId: viewer.userId });
    const stored = await findSecret(tx, team.id, input.name);
    if (stored === null) throw new Error("The secret that was just stored is not there.");
    const action = version === 1 ? "secret.create" : "secret.update";
    await recordAudit(tx, viewer, { action, entityId: team.id, object: { id, name: input.name }, before: version === 1 ? null : { version: version - 1 }, after: { version } });
    return secretOf(stored);
  });
}

/** A new value has to fit what webhooks already use the secret for. */
async function checkUse(tx: Transaction, entityId: number, { name, value }: Input): Promise<void> {
  const problem = accessTokenProblem(value);
  if (problem === null) return;
  const users = (await findWebhooksOfSecret(tx, entityId, name)).filter((webhook) => webhook.as_access_token);
  if (users.length > 0) throw invalidAt("value", `${problem}, and this secret is the access token of ${users.map((webhook) => `"${webhook.name}"`).join(", ")}`);
}

async function store(services: Needs, tx: Transaction, input: Input & { entityId: number; userId: number }): Promise<{ id: string; version: number }> {
  const { entityId, name, value, userId } = input;
  const known = await lockSecretForChange(tx, entityId, name);
  const id = known?.id ?? services.ids();
  const version = (known?.version ?? 0) + 1;
  const sealed = columnsOf(await services.secretStore.seal(value, { entityId: String(entityId), secretId: id, version }));
  const write = { id, entityId, name, version, sealed, updatedBy: userId };
  if (known !== null) await replaceSealedSecret(tx, write);
  else if (!(await insertSealedSecret(tx, write))) throw conflict(`The secret "${name}" was created by another request at the same moment; try again.`);
  return { id, version };
}

const columnsOf = (sealed: SealedSecret): SealedColumns => ({
  key_id: sealed.keyId,
  wrap_nonce: sealed.wrapNonce,
  wrapped_key: sealed.wrappedKey,
  nonce: sealed.nonce,
  ciphertext: sealed.ciphertext,
});
