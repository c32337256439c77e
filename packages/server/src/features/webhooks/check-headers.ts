import type { Problem } from "@bellhop/contract";
import { isReservedHeader } from "../../domain/endpoint/reserved-headers.ts";
import { parseHeaderValue } from "../../domain/template/index.ts";
import { grantedNames } from "../../domain/webhook.ts";
import type { WebhookFields } from "./webhook.ts";

const mostHeaders = 32;
const longestName = 128;
/** RFC 9110's token. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Headers that each delivery sets itself. */
const ours = new Set(["content-type", "user-agent", "traceparent", "tracestate", "x-wandb-signature", "x-wandb-signature-previous"]);

/** Everything that is wrong with a webhook's own headers. */
export function headerProblems(fields: WebhookFields): Problem[] {
  const names = Object.keys(fields.headers);
  if (names.length > mostHeaders) return [{ path: "headers", message: `must be at most ${mostHeaders}, are ${names.length}` }];
  const secrets = grantedNames({ accessToken: fields.accessToken, signingSecret: fields.secret, secretNames: fields.secrets });
  const seen = new Set<string>();
  return Object.entries(fields.headers).flatMap(([name, value]) => {
    const path = `headers.${name.slice(0, longestName)}`;
    const problem = nameProblem(name, { seen, hasAccessToken: fields.accessToken !== null });
    seen.add(name.toLowerCase());
    if (problem !== null) return [{ path, message: problem }];
    const parsed = parseHeaderValue(value, { secrets });
    return parsed.ok ? [] : parsed.problems.map(({ message }) => ({ path, message }));
  });
}

function nameProblem(name: string, context: { seen: ReadonlySet<string>; hasAccessToken: boolean }): string | null {
  const lower = name.toLowerCase();
  if (name.length > longestName || !token.test(name)) return "is not a header's name";
  if (context.seen.has(lower)) return "stands here twice; the case of a header's name does not matter";
  if (isReservedHeader(lower) || lower === "cookie" || lower.startsWith("proxy-")) return "may not be set: it belongs to the connection";
  if (ours.has(lower) || lower.startsWith("webhook-")) return "may not be set: every delivery sets it itself";
  return lower === "authorization" && context.hasAccessToken ? "may not be set beside accessToken, which sets it" : null;
}
