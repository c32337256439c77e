import type { SignatureEncoding } from "../webhook.ts";
import { checkSignature, checkTimestamp } from "./check-signature.ts";
import type { SignatureMistake } from "./mistakes.ts";
import { mistake } from "./mistakes.ts";
import type { Evidence } from "./variants.ts";

/** The signatures of a request: in its headers, by their names in lower case, or one that somebody computed. */
export type Presented = { headers: ReadonlyMap<string, string>; signature: string | null; at: Date; encoding: SignatureEncoding };

export type PresentedCheck = { header: string; mistakes: SignatureMistake[] };

/** Checks every signature of a request; each by its own rules. */
export function checkPresented(presented: Presented, evidence: Evidence): PresentedCheck[] {
  const { headers, signature, encoding } = presented;
  const checks: PresentedCheck[] = [];
  const [wandb, previous, standard] = ["x-wandb-signature", "x-wandb-signature-previous", "webhook-signature"].map((name) => headers.get(name));
  if (wandb !== undefined) checks.push({ header: "x-wandb-signature", mistakes: checkSignature("wandb", wandb, { ...evidence, encoding }) });
  if (previous !== undefined) checks.push({ header: "x-wandb-signature-previous", mistakes: checkPrevious(previous, evidence, encoding) });
  if (standard !== undefined) checks.push({ header: "webhook-signature", mistakes: checkStandard(standard, evidence, presented) });
  if (signature !== null) checks.push({ header: "signature", mistakes: checkBare(signature, evidence, presented) });
  return checks.length > 0 ? checks : [{ header: "", mistakes: [mistake("signature_missing")] }];
}

/** It is right when it is of a value of before the rotation. */
function checkPrevious(text: string, evidence: Evidence, encoding: SignatureEncoding): SignatureMistake[] {
  const outcomes = text.split(" ").flatMap((one) => evidence.previous.map((secret) => checkSignature("wandb", one, { ...evidence, secret, previous: [], encoding })));
  return fewest(outcomes) ?? checkSignature("wandb", text, { ...evidence, encoding });
}

/** One of the signatures that stand in the header has to fit, with the secret or with one that still signs; and the time. */
function checkStandard(text: string, evidence: Evidence, { at, encoding }: Presented): SignatureMistake[] {
  const outcomes = text.trim().split(/ +/).map((one) => checkSignature("standard", one, { ...evidence, encoding }).filter(({ code }) => code !== "previous_secret"));
  return [...(fewest(outcomes) ?? []), ...(evidence.timestamp === null ? [] : checkTimestamp(evidence.timestamp, at))];
}

/** It does not say which of the two it should be; what explains it better counts. */
function checkBare(text: string, evidence: Evidence, presented: Presented): SignatureMistake[] {
  const asWandb = checkSignature("wandb", text, { ...evidence, encoding: presented.encoding });
  if (!text.trim().startsWith("v1,") && evidence.id === null) return asWandb;
  const asStandard = checkSignature("standard", text, { ...evidence, encoding: presented.encoding });
  return fewest([asWandb, asStandard]) ?? asWandb;
}

const unexplained = new Set(["no_match", "wrong_secret", "headers_missing", "signature_unreadable"]);

function fewest(outcomes: readonly SignatureMistake[][]): SignatureMistake[] | null {
  const weight = (mistakes: readonly SignatureMistake[]): number => mistakes.length + (mistakes.some(({ code }) => unexplained.has(code)) ? 100 : 0);
  return outcomes.toSorted((a, b) => weight(a) - weight(b))[0] ?? null;
}
