import type { EndpointPolicy } from "../../domain/endpoint/endpoint-policy.ts";
import type { EndpointRefusal } from "../../domain/endpoint/endpoint-refusal.ts";
import { judgeAddress } from "../../domain/endpoint/judge-address.ts";
import type { Endpoint } from "../../domain/endpoint/parse-endpoint.ts";
import type { NameResolver, Resolved } from "./resolve-addresses.ts";
import { resolveAddresses } from "./resolve-addresses.ts";

export type FoundAddresses =
  | { kind: "found"; addresses: readonly string[] }
  | { kind: "refused"; code: EndpointRefusal; where: string }
  | { kind: "failed"; code: "dns_failure" | "timeout"; detail: string };

/** A name server that needs longer than this is as good as down, however patient the request is. */
const longestLookupMs = 5_000;

function listAddresses(endpoint: Endpoint, timeoutMs: number, resolver: NameResolver): Promise<Resolved> | Resolved {
  if (endpoint.kind === "name") return resolveAddresses(resolver, endpoint.host, Math.min(timeoutMs, longestLookupMs));
  return { kind: "found", addresses: endpoint.host === "localhost" ? ["127.0.0.1", "::1"] : [endpoint.host] };
}

/** The addresses of an endpoint, every single one of them judged: one bad answer refuses them all. */
export async function findAddresses(endpoint: Endpoint, timeoutMs: number, context: { policy: EndpointPolicy; resolver: NameResolver }): Promise<FoundAddresses> {
  const resolved = await listAddresses(endpoint, timeoutMs, context.resolver);
  if (resolved.kind !== "found") return { kind: "failed", code: resolved.kind === "timeout" && timeoutMs <= longestLookupMs ? "timeout" : "dns_failure", detail: resolved.detail };
  for (const address of resolved.addresses) {
    const refusal = judgeAddress(endpoint, address, context.policy);
    if (refusal) return { kind: "refused", code: refusal, where: `address ${address}` };
  }
  return resolved;
}
