import type { Attempt } from "../../domain/execution.ts";
import type { Reason } from "../../domain/reason.ts";
import type { OutboundFailure, OutboundOutcome, OutboundResponse } from "../../ports/outbound-http/port.ts";
import { retryAfterMs } from "./retry-after.ts";

export type Judgement = Pick<Attempt, "outcome" | "reason" | "retryAfterMs" | "final">;

/** What became of a request, and whether another attempt makes sense. */
export function judge(outcome: OutboundOutcome, now: Date): Judgement {
  switch (outcome.kind) {
    case "answered":
      return judgeAnswer(outcome.response, now);
    case "refused":
      // Not final: what a name resolves to, and what the operator allows, can change before the next attempt.
      return { outcome: "refused", reason: "endpoint_not_allowed", retryAfterMs: null, final: false };
    case "failed":
      return { outcome: "failed", reason: failureReasons[outcome.code], retryAfterMs: null, final: false };
  }
}

const failureReasons: Record<OutboundFailure, Reason> = {
  dns_failure: "dns_failure",
  connect_failed: "connect_failed",
  connection_reset: "connection_reset",
  tls_failure: "tls_failure",
  timeout: "timeout",
  headers_too_large: "headers_too_large",
  protocol_error: "protocol_error",
  invalid_request: "request_invalid",
  closed: "connection_reset",
};

function judgeAnswer({ status, headers }: OutboundResponse, now: Date): Judgement {
  if (status >= 200 && status < 300) return { outcome: "delivered", reason: null, retryAfterMs: null, final: true };
  if (status === 410) return { outcome: "failed", reason: "gone", retryAfterMs: null, final: true };
  const asksToWait = status === 429 || status === 503;
  return {
    outcome: "failed",
    reason: status >= 300 && status < 400 ? "redirect" : "status_not_success",
    retryAfterMs: asksToWait ? retryAfterMs(headers["retry-after"], now) : null,
    final: false,
  };
}
