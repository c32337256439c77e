import { findWebhookByName } from "../../db/queries/webhooks.ts";
import { findDelivered } from "../../db/queries/delivered-bodies.ts";
import { findSecretWithPrevious } from "../../db/queries/granted-secrets.ts";
import { conflict, invalidAt, notFound } from "../../domain/failure.ts";
import type { SignatureMistake, SignatureMistakeCode } from "../../domain/signature/mistakes.ts";
import { signatureMistakes } from "../../domain/signature/mistakes.ts";
import type { Presented } from "../../domain/signature/presented.ts";
import { checkPresented } from "../../domain/signature/presented.ts";
import type { Evidence } from "../../domain/signature/variants.ts";
import { fillSecrets } from "../../domain/template/index.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { SignatureEncoding } from "../../domain/webhook.ts";
import { grantedValues } from "../../domain/webhook.ts";
import { isUuid } from "../../kit/ids.ts";
import type { OpenedSecrets } from "../../pipeline/index.ts";
import { openSecretRows, secretOpener } from "../../pipeline/index.ts";
import { requireTeam } from "../secrets/index.ts";
import type { Services } from "../services.ts";
import { readWebhook } from "./list-webhooks.ts";
import type { SavedWebhook } from "./webhook.ts";
import { savedWebhookOf } from "./webhook.ts";

type Needs = Pick<Services, "db" | "secretStore" | "clock">;

export type SignatureQuestion = {
  team: string;
  /** A webhook by its id or name, or a secret by its name with the form in which X-Wandb-Signature is expected. */
  of: { webhook: string } | { secret: string; encoding: SignatureEncoding };
  /** As the receiver has it, byte for byte. */
  body: Buffer;
  headers: Readonly<Record<string, string>>;
  /** One signature without a header, as the receiver has computed it. */
  signature: string | null;
  /** When the request arrived; null for now. */
  at: Date | null;
};

export type CheckedSignature = { header: string; valid: boolean; mistakes: (SignatureMistake & { text: string })[] };

export type SignatureVerdict = {
  valid: boolean;
  /** The first mistake, or that there is none. */
  verdict: SignatureMistakeCode | "valid";
  text: string;
  signatures: CheckedSignature[];
  /** Whether the body could be compared with what was delivered: the webhook-id is one of this webhook's executions. */
  comparedWithDelivery: boolean;
};

type Source = { evidence: Pick<Evidence, "secret" | "previous" | "others" | "delivered">; encoding: SignatureEncoding };

/**
 * Why a signature does not verify. Tries the mistakes that receivers make, and names the one that leads to the
 * signature at hand. Tells nothing of a secret, nor of a body. For the team's admins, as the test of a webhook is.
 */
export async function checkSignatures(services: Needs, viewer: Viewer, question: SignatureQuestion): Promise<SignatureVerdict> {
  const team = await requireTeam(services.db, viewer, question.team, "admin");
  const headers = new Map(Object.entries(question.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const [id, timestamp] = [headers.get("webhook-id") ?? null, headers.get("webhook-timestamp") ?? null];
  const source = "webhook" in question.of ? await ofWebhook(services, viewer, { team: question.team, entityId: team.id, webhook: question.of.webhook, id }) : await ofSecret(services, team.id, question.of);
  const presented: Presented = { headers, signature: question.signature, at: question.at ?? services.clock.now(), encoding: source.encoding };
  const signatures = checkPresented(presented, { ...source.evidence, body: question.body, id, timestamp }).map(({ header, mistakes }) => ({ header, valid: mistakes.length === 0, mistakes: mistakes.map((one) => ({ ...one, text: signatureMistakes[one.code] })) }));
  const first = signatures.flatMap(({ mistakes }) => mistakes)[0];
  return {
    valid: first === undefined,
    verdict: first?.code ?? "valid",
    text: first?.text ?? "Every signature verifies.",
    signatures,
    comparedWithDelivery: source.evidence.delivered !== null,
  };
}

async function ofWebhook(services: Needs, viewer: Viewer, which: { team: string; entityId: number; webhook: string; id: string | null }): Promise<Source> {
  const webhook = await findIt(services, viewer, which);
  if (webhook.signingSecret === null) throw invalidAt("webhook", `"${webhook.name}" has no signing secret: its deliveries are not signed`);
  const opened = readable((await secretOpener(services.db, services.secretStore)([webhook.id]))(webhook));
  const secret = opened.secrets.get(webhook.signingSecret);
  if (secret === undefined) throw notFound(`Secret "${webhook.signingSecret}"`);
  const others = [...opened.secrets].filter(([name]) => name !== webhook.signingSecret).map(([name, value]) => ({ name, value }));
  return { evidence: { secret, previous: opened.previous.get(webhook.signingSecret) ?? [], others, delivered: await deliveredTo(services, webhook, opened.secrets, which.id) }, encoding: webhook.signatureEncoding };
}

async function findIt(services: Needs, viewer: Viewer, { team, entityId, webhook }: { team: string; entityId: number; webhook: string }): Promise<SavedWebhook> {
  if (isUuid(webhook)) return readWebhook(services, viewer, { team, id: webhook });
  const row = await findWebhookByName(services.db, entityId, webhook);
  if (row === null) throw notFound("Webhook");
  return savedWebhookOf(row);
}

async function ofSecret(services: Needs, entityId: number, { secret: name, encoding }: { secret: string; encoding: SignatureEncoding }): Promise<Source> {
  const opened = readable(await openSecretRows(services.secretStore, await findSecretWithPrevious(services.db, entityId, name)));
  const secret = opened.secrets.get(name);
  if (secret === undefined) throw notFound(`Secret "${name}"`);
  return { evidence: { secret, previous: opened.previous.get(name) ?? [], others: [], delivered: null }, encoding };
}

function readable(opened: OpenedSecrets): Extract<OpenedSecrets, { ok: true }> {
  if (opened.ok) return opened;
  throw conflict("A secret can't be decrypted with this server's key; store its value again.");
}

/** The bytes that the execution of that id sent, with the secrets as they are now; null where they can't be had. */
async function deliveredTo(services: Needs, webhook: SavedWebhook, secrets: ReadonlyMap<string, string>, id: string | null): Promise<Buffer | null> {
  const executionId = id?.replace(/^msg_/, "") ?? "";
  const rendered = isUuid(executionId) ? await findDelivered(services.db, executionId, webhook.id) : null;
  if (rendered === null) return null;
  if (rendered.body === null) return Buffer.alloc(0);
  const token = webhook.accessToken === null ? null : (secrets.get(webhook.accessToken) ?? null);
  const filled = fillSecrets(rendered.body, grantedValues(secrets, token));
  return filled.ok ? Buffer.from(filled.text) : null;
}
