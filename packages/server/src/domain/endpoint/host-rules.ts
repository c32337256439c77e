import type { EndpointRefusal } from "./endpoint-refusal.ts";

/** Names that mean something inside a network, or nothing at all; each with everything below it. */
const reservedSuffixes = [
  "localhost", "localdomain", "local", "internal", "intranet", "private", "lan", "home", "corp", "mail",
  "arpa", "invalid", "test", "example", "onion", "i2p", "alt", "bit", "exit", "cluster", "consul", "docker", "kubernetes", "svc", "node", "workgroup", "belkin", "router",
  "metadata.goog",
] as const;

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const numeric = /^(?:\d+|0x[0-9a-f]*)$/;

/** Whether the text is a host name of letters, digits and hyphens (IDN as punycode), not ending in a number. */
export function isHostName(host: string): boolean {
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  return host.length <= 253 && labels.every((each) => label.test(each)) && !numeric.test(last);
}

const isReserved = (host: string): boolean => reservedSuffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));

/**
 * What speaks against a host name before it is resolved; `null` if nothing does.
 * The name is lower-case, punycode, without trailing dot. `named`: the operator's allow list names this very host.
 */
export function judgeHost(host: string, named: boolean): EndpointRefusal | null {
  if (!isHostName(host)) return "host_syntax";
  if (host === "localhost" || host.endsWith(".localhost")) return "host_reserved";
  if (named) return null;
  if (!host.includes(".")) return "host_single_label";
  return isReserved(host) ? "host_reserved" : null;
}
