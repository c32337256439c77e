import { isIPv4 } from "node:net";
import { entryCovers } from "./allow-list.ts";
import type { EndpointPolicy } from "./endpoint-policy.ts";
import type { EndpointRefusal, EndpointRefused } from "./endpoint-refusal.ts";
import { refuseEndpoint } from "./endpoint-refusal.ts";
import { judgeHost } from "./host-rules.ts";
import type { AddressQuestion } from "./judge-address.ts";
import { judgeAddress } from "./judge-address.ts";
import { isLoopbackPort, judgePort } from "./port-rules.ts";

/** A URL that passed every check that needs no network. A request is built from this, never from the text again. */
export type Endpoint = AddressQuestion & {
  protocol: "http:" | "https:";
  /** Scheme, host without trailing dot, port unless it is the default; the key of a connection. */
  origin: string;
  /** Path and query, percent-encoded; begins with a slash. */
  path: string;
};

export type EndpointParsed = { ok: true; endpoint: Endpoint } | EndpointRefused;

const maxLength = 4096;
// Controls, format and unassigned characters, every kind of space, and what displays as nothing; then the backslash.
const forbidden = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\\]/u;
const schemeAndAuthority = /^https?:\/\/([^/?#]+)/i;

function judgeText(raw: string): EndpointRefusal | null {
  if (raw.length < 1 || raw.length > maxLength) return "url_length";
  if (forbidden.test(raw)) return "url_characters";
  if (raw.includes("{") || raw.includes("}")) return "url_placeholder";
  return null;
}

type Target = { host: string; port: number; bracketed: string };

/**
 * Checks and parses the URL that a tenant chose, after rendering.
 * Cheap and pure: it is asked on every attempt, before a name is resolved or a kept connection is used.
 */
export function parseEndpoint(raw: string, policy: EndpointPolicy): EndpointParsed {
  const inText = judgeText(raw);
  if (inText) return refuseEndpoint(inText, "url");
  const authority = schemeAndAuthority.exec(raw)?.[1];
  if (authority === undefined) return /^https?:/i.test(raw) ? refuseEndpoint("url_syntax", "url") : refuseEndpoint("scheme", "url");
  if (authority.includes("@")) return refuseEndpoint("userinfo", "url");
  // A percent sign in a host is only ever a disguise.
  if (authority.includes("%")) return refuseEndpoint("url_syntax", "host");
  const url = URL.parse(raw);
  if (!url || url.username !== "" || url.password !== "") return refuseEndpoint("url_syntax", "url");
  if (url.protocol !== "http:" && url.protocol !== "https:") return refuseEndpoint("scheme", "url");
  return judgeTarget(url, url.protocol, { authority, policy });
}

function judgeTarget(url: URL, protocol: "http:" | "https:", context: { authority: string; policy: EndpointPolicy }): EndpointParsed {
  const bracketed = url.hostname.replace(/\.$/, "");
  const port = url.port === "" ? (protocol === "https:" ? 443 : 80) : Number(url.port);
  const target: Target = { host: bracketed.replace(/^\[|\]$/g, ""), port, bracketed };
  const judged = judgeByKind(target, context.authority, context.policy);
  if (!judged.ok) return judged;
  const origin = `${protocol}//${bracketed}${url.port === "" ? "" : `:${url.port}`}`;
  return { ok: true, endpoint: { ...judged.question, protocol, origin, path: url.pathname + url.search } };
}

type Judged = { ok: true; question: AddressQuestion } | EndpointRefused;

function judgeByKind(target: Target, authority: string, policy: EndpointPolicy): Judged {
  const { host, port } = target;
  const isLiteral = target.bracketed.startsWith("[") || isIPv4(host);
  // Only the plain spelling of a literal counts as one that somebody meant: 127.1 and 0x7f000001 do not.
  const isPlain = authority.replace(/:\d*$/, "").toLowerCase() === target.bracketed;
  if (policy.allowLoopback && isPlain && ["localhost", "127.0.0.1", "::1"].includes(host)) {
    if (!isLoopbackPort(port)) return refuseEndpoint("port_blocked", `port ${port}`);
    return { ok: true, question: { host, port, kind: "loopback", portNeedsEntry: false } };
  }
  if (isLiteral && !isPlain) return refuseEndpoint("ip_literal", `host ${host}`);
  return isLiteral ? judgeLiteral(host, port, policy) : judgeName(host, port, policy);
}

function judgeLiteral(host: string, port: number, policy: EndpointPolicy): Judged {
  const rule = judgePort(port);
  const question: AddressQuestion = { host, port, kind: "literal", portNeedsEntry: rule === "service" };
  const refusal = judgeAddress(question, host, policy);
  if (refusal) return refuseEndpoint(refusal, `host ${host}`);
  return rule === "never" ? refuseEndpoint("port_blocked", `port ${port}`) : { ok: true, question };
}

function judgeName(host: string, port: number, policy: EndpointPolicy): Judged {
  const named = policy.allowedNetworks.some((entry) => entryCovers(entry, host, null) && (entry.port === null || entry.port === port));
  const refusal = judgeHost(host, named);
  if (refusal) return refuseEndpoint(refusal, `host ${host}`);
  const rule = judgePort(port);
  // Which network the name lies in shows when it is resolved; here it only has to be possible.
  const portMayBeOpened = policy.allowedNetworks.some((entry) => entry.port === port && (entry.kind === "network" || entry.host === host));
  if (rule === "never" || (rule === "service" && !portMayBeOpened)) return refuseEndpoint("port_blocked", `port ${port}`);
  return { ok: true, question: { host, port, kind: "name", portNeedsEntry: rule === "service" } };
}
