import type { Webhook } from "../../domain/webhook.ts";
import { grantedValues } from "../../domain/webhook.ts";
import type { Mask } from "../../kit/mask.ts";
import { makeMask } from "../../kit/mask.ts";
import type { SendInput } from "../../ports/action/port.ts";
import type { SigningKey } from "../../domain/signature/sign.ts";
import { signingKey } from "../../domain/signature/sign.ts";

/** What a webhook's secrets are used for, prepared once for as long as they stay the same. */
export type Prepared = {
  /** By every name that a payload or a header may write. */
  fill: ReadonlyMap<string, string>;
  accessToken: string | null;
  /** The signing secret, and behind it those of before a rotation that still sign; none where nothing is signed. */
  signing: readonly SigningKey[];
  mask: Mask;
};

type Given = Pick<SendInput, "secrets" | "previousSecrets">;

export type PreparedResult = { ok: true; prepared: Prepared } | { ok: false; reason: "secret_missing" };

// The opener hands out the same map until a secret changes, so the map itself is the key; it goes with the map.
const kept = new WeakMap<ReadonlyMap<string, string>, Map<string, PreparedResult>>();

/** Prepares the secrets for the webhook; `secret_missing` when it names an access token or signing secret that is gone. */
export function prepareSecrets(webhook: Webhook, { secrets, previousSecrets }: Given): PreparedResult {
  const bySecrets = kept.get(secrets) ?? new Map<string, PreparedResult>();
  kept.set(secrets, bySecrets);
  const use = `${webhook.id} ${webhook.accessToken ?? ""} ${webhook.signingSecret ?? ""}`;
  const known = bySecrets.get(use);
  if (known !== undefined) return known;
  const fresh = prepare(webhook, { secrets, previousSecrets });
  bySecrets.set(use, fresh);
  return fresh;
}

function prepare(webhook: Webhook, { secrets, previousSecrets }: Given): PreparedResult {
  const named = (name: string | null): string | null | undefined => (name === null ? null : secrets.get(name));
  const accessToken = named(webhook.accessToken);
  const signingSecret = named(webhook.signingSecret);
  if (accessToken === undefined || signingSecret === undefined) return { ok: false, reason: "secret_missing" };
  const earlier = [...previousSecrets].flatMap(([name, values]) => values.map((value) => ({ name, value })));
  const mask = makeMask([...Array.from(secrets, ([name, value]) => ({ name, value })), ...earlier]);
  const signing = signingSecret === null ? [] : [signingSecret, ...(previousSecrets.get(webhook.signingSecret ?? "") ?? [])];
  return { ok: true, prepared: { fill: grantedValues(secrets, accessToken), accessToken, signing: signing.map(signingKey), mask } };
}
