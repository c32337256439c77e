import type { EndpointPolicy } from "../../domain/endpoint/endpoint-policy.ts";
import { publicInternetOnly } from "../../domain/endpoint/endpoint-policy.ts";
import type { Endpoint } from "../../domain/endpoint/parse-endpoint.ts";
import { parseEndpoint } from "../../domain/endpoint/parse-endpoint.ts";
import { judgeAddress } from "../../domain/endpoint/judge-address.ts";
import { refuseEndpoint } from "../../domain/endpoint/endpoint-refusal.ts";
import { isReservedHeader } from "../../domain/endpoint/reserved-headers.ts";
import type { EndpointChecked, OutboundFailure, OutboundHttp, OutboundOutcome, OutboundRequest, Timing } from "./port.ts";
import { maxResponseBodyBytes } from "./port.ts";

/** What the pretended receiver does with a request. `silent` is seen as a timeout, at once. */
export type MemoryAnswer =
  | { kind: "answer"; status: number; headers?: Record<string, string>; body?: string | Buffer }
  | { kind: "fail"; code: OutboundFailure; detail?: string }
  | { kind: "silent" };

export type MemoryOutboundHttpOptions = {
  policy?: EndpointPolicy;
  /** The name server; a name that it answers with nothing does not resolve. Without it all names are public. */
  resolve?: (host: string) => readonly string[];
  answer?: (request: OutboundRequest) => MemoryAnswer | Promise<MemoryAnswer>;
};

export type MemoryOutboundHttp = OutboundHttp & {
  /** Every request that reached the pretended receiver, in order. Refused ones do not. */
  readonly sent: readonly OutboundRequest[];
};

const aPublicAddress = "93.184.216.34";
const noTiming: Timing = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 0 };

const failed = (code: OutboundFailure, detail: string): OutboundOutcome => ({ kind: "failed", code, detail, timing: noTiming });

function toOutcome(answer: MemoryAnswer, remoteAddress: string | null): OutboundOutcome {
  switch (answer.kind) {
    case "silent":
      return failed("timeout", "no answer before the deadline");
    case "fail":
      return failed(answer.code, answer.detail ?? answer.code);
    case "answer": {
      const body = Buffer.from(answer.body ?? "");
      const headers = Object.fromEntries(Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
      const response = { status: answer.status, headers, body: body.subarray(0, maxResponseBodyBytes), bodyTruncated: body.length > maxResponseBodyBytes };
      return { kind: "answered", response, timing: { ...noTiming, firstByteMs: 0 }, remoteAddress };
    }
  }
}

type Judged = { ok: true; addresses: readonly string[] } | Extract<EndpointChecked, { ok: false }>;

function judgeAll(endpoint: Endpoint, addresses: readonly string[], policy: EndpointPolicy): Judged {
  for (const address of addresses) {
    const refusal = judgeAddress(endpoint, address, policy);
    if (refusal) return refuseEndpoint(refusal, `address ${address}`);
  }
  return { ok: true, addresses };
}

function resolveHost(endpoint: Endpoint, options: MemoryOutboundHttpOptions): readonly string[] {
  switch (endpoint.kind) {
    case "loopback":
      return [endpoint.host === "::1" ? "::1" : "127.0.0.1"];
    case "literal":
      return [endpoint.host];
    case "name":
      return options.resolve ? options.resolve(endpoint.host) : [aPublicAddress];
  }
}

/** The in-memory twin: the same rules about endpoints, no network, and a receiver that the test writes. */
export function makeMemoryOutboundHttp(options: MemoryOutboundHttpOptions = {}): MemoryOutboundHttp {
  const policy = options.policy ?? publicInternetOnly;
  const sent: OutboundRequest[] = [];
  let closed = false;

  const judge = (url: string): Judged => {
    const parsed = parseEndpoint(url, policy);
    if (!parsed.ok) return parsed;
    const addresses = resolveHost(parsed.endpoint, options);
    return addresses.length === 0 ? refuseEndpoint("name_not_resolved", `host ${parsed.endpoint.host}`) : judgeAll(parsed.endpoint, addresses, policy);
  };

  const send = async (request: OutboundRequest): Promise<OutboundOutcome> => {
    if (closed) return failed("closed", "the client is closed");
    const judged = judge(request.url);
    if (!judged.ok && judged.code === "name_not_resolved") return failed("dns_failure", "the name has no address");
    if (!judged.ok) return { kind: "refused", code: judged.code, where: judged.where, timing: noTiming };
    if (Object.keys(request.headers).some(isReservedHeader)) return failed("invalid_request", "a header is reserved for the client");
    sent.push(request);
    const answer = (await options.answer?.(request)) ?? { kind: "answer", status: 200 };
    return toOutcome(answer, judged.addresses[0] ?? null);
  };

  return {
    sent,
    send,
    check: (url) => {
      const judged = judge(url);
      return Promise.resolve(judged.ok ? { ok: true } : judged);
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}
