import { isIP } from "node:net";
import type { Attempt } from "../../domain/execution.ts";
import { refusedAttempt } from "../../domain/execution.ts";
import type { EndpointRefusal } from "../../domain/endpoint/endpoint-refusal.ts";
import { hideTokenOf } from "../../domain/outcome/callback-token.ts";
import { fillSecrets } from "../../domain/template/sealed-text.ts";
import type { Clock } from "../../kit/clock.ts";
import { isStrictJson } from "../../kit/json-strict.ts";
import { makeMask } from "../../kit/mask.ts";
import type { Random } from "../../kit/random.ts";
import type { SendInput } from "../../ports/action/port.ts";
import type { OutboundHttp, OutboundOutcome } from "../../ports/outbound-http/port.ts";
import { judge } from "../shared/judge-outcome.ts";
import { recordResponse, recordTiming } from "../shared/record-exchange.ts";
import { traceparentFor } from "../shared/traceparent-for.ts";

export type RunHookOptions = {
  outbound: OutboundHttp;
  clock: Clock;
  random: Random;
  version: string;
  /** Told why an endpoint was refused; the tenant is not. */
  refused(executionId: string, refusal: { code: EndpointRefusal; where: string }): void;
};

const timeoutMs = 15_000;
const nothingToMask = makeMask([]);

/** One attempt. A hook has no secrets: what its script wrote is what is sent, unsigned. */
export async function sendRunHook(options: RunHookOptions, { executionId, messageId, traceparent, request }: SendInput): Promise<Attempt> {
  const { target, body } = request;
  if (target === undefined) return refusedAttempt("request_invalid");
  const filled = body === null ? null : fillSecrets(body, new Map());
  if (filled !== null && !filled.ok) return refusedAttempt(filled.reason);
  const headers = headersOf(options, { executionId, messageId, traceparent }, filled?.text ?? null);
  const outcome = await options.outbound.send({ ...target, headers, body: filled === null ? null : Buffer.from(filled.text), timeoutMs });
  if (outcome.kind === "refused") options.refused(executionId, outcome);
  // Those of other executions too: a receiver may have put the address to report to into the run that it starts.
  const hideToken = (text: string): string => hideTokenOf(messageId, text);
  return {
    ...judge(outcome, options.clock.now()),
    ...refusalOf(outcome, target.url),
    request: { ...target, url: hideToken(target.url), headers, body: filled === null ? null : hideToken(filled.text) },
    response: recordResponse(outcome, nothingToMask, hideToken),
    timing: recordTiming(outcome.timing),
  };
}

function headersOf(options: RunHookOptions, { executionId, messageId, traceparent }: Pick<SendInput, "executionId" | "messageId" | "traceparent">, body: string | null): Record<string, string> {
  return {
    ...(body === null ? {} : { "content-type": isStrictJson(body) ? "application/json" : "text/plain; charset=utf-8" }),
    "user-agent": `Bellhop/${options.version}`,
    traceparent: traceparentFor({ traceparent, executionId }, options.random),
    "webhook-id": `msg_${messageId}`,
    "webhook-timestamp": String(Math.floor(options.clock.now().getTime() / 1_000)),
  };
}

/** What the name server, or the operator's list for it, may change; everything else stands in the URL itself, which stays. */
const mayChange: ReadonlySet<EndpointRefusal> = new Set(["name_not_resolved", "address_not_public", "address_changed"]);

function refusalOf(outcome: OutboundOutcome, url: string): Pick<Attempt, "final"> | null {
  return outcome.kind === "refused" ? { final: !mayChange.has(outcome.code) || isIP(hostOf(url)) !== 0 } : null;
}

const hostOf = (url: string): string => URL.parse(url)?.hostname.replace(/^\[|\]$/g, "") ?? "";
