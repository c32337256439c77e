import type { EndpointRefusal, EndpointRefused } from "../../domain/endpoint/endpoint-refusal.ts";

export type OutboundMethod = "POST" | "PUT" | "PATCH" | "GET";

export type OutboundRequest = {
  method: OutboundMethod;
  url: string;
  /** As sent, but for those that frame the message (domain/endpoint/reserved-headers.ts), which are not accepted. */
  headers: Readonly<Record<string, string>>;
  body: Buffer | null;
  /** Milliseconds for everything: name, connection, TLS, headers and body. */
  timeoutMs: number;
};

/** Durations in milliseconds. `null` means that the step did not happen: a kept connection has no dns, connect or tls. */
export type Timing = {
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  /** From the request being handed to the connection to the end of the final headers. */
  firstByteMs: number | null;
  totalMs: number;
};

export type OutboundResponse = {
  status: number;
  /** Names in lower case; repeated headers joined with ", ". */
  headers: Readonly<Record<string, string>>;
  /** At most the first 64 KiB, as they came over the wire: never decompressed. */
  body: Buffer;
  /** Bytes are missing: the body was longer than the cap, or it broke off, or the deadline came first. */
  bodyTruncated: boolean;
};

export type OutboundFailure =
  | "dns_failure"
  | "connect_failed"
  | "connection_reset"
  | "tls_failure"
  | "timeout"
  | "headers_too_large"
  | "protocol_error"
  | "invalid_request"
  | "closed";

/**
 * `answered`: the status line and the headers came whole. This counts, whatever becomes of the body: a receiver that
 *             said 2xx has accepted, and to call it failed would deliver the same event twice.
 * `refused`:  the endpoint may not be called; no byte was sent. `where` is for the audit log, as is the code.
 * `failed`:   no answer. `detail` is in our own words, without anything of the request.
 */
export type OutboundOutcome =
  | { kind: "answered"; response: OutboundResponse; timing: Timing; remoteAddress: string | null }
  | { kind: "refused"; code: EndpointRefusal; where: string; timing: Timing }
  | { kind: "failed"; code: OutboundFailure; detail: string; timing: Timing };

export type EndpointChecked = { ok: true } | EndpointRefused;

export const maxResponseBodyBytes = 64 * 1024;

/** Calls addresses that tenants choose. */
export type OutboundHttp = {
  /**
   * An early message when a webhook is saved: every rule, and the name resolved once. It protects nothing; `send`
   * judges anew. A name that does not resolve is `name_not_resolved`, and the caller decides what that means.
   */
  check(url: string): Promise<EndpointChecked>;
  /** One attempt, one request; redirects are answers. Never throws for what the network or the receiver does. */
  send(request: OutboundRequest): Promise<OutboundOutcome>;
  /** Ends what is under way as `failed`/`closed` and lets go of every connection. */
  close(): Promise<void>;
};
