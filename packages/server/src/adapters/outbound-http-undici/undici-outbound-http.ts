import { type SecureContext, createSecureContext, getCACertificates } from "node:tls";
import type { EndpointPolicy } from "../../domain/endpoint/endpoint-policy.ts";
import { refuseEndpoint } from "../../domain/endpoint/endpoint-refusal.ts";
import type { Endpoint } from "../../domain/endpoint/parse-endpoint.ts";
import { parseEndpoint } from "../../domain/endpoint/parse-endpoint.ts";
import { isReservedHeader } from "../../domain/endpoint/reserved-headers.ts";
import type { Clock } from "../../kit/clock.ts";
import type { EndpointChecked, OutboundFailure, OutboundHttp, OutboundOutcome, OutboundRequest, Timing } from "../../ports/outbound-http/port.ts";
import { ConnectionPool } from "./connection-pool.ts";
import type { DialContext, DialTiming } from "./dial.ts";
import { exchange } from "./exchange.ts";
import { findAddresses } from "./find-addresses.ts";
import type { NameResolver } from "./resolve-addresses.ts";
import { systemResolver } from "./resolve-addresses.ts";

export type UndiciOutboundHttpOptions = EndpointPolicy & {
  clock: Clock;
  resolver?: NameResolver;
  /** Requests beyond this wait for a connection, within their own deadline. Default 128. */
  maxConnectionsPerOrigin?: number;
  /** Origins with kept connections; beyond this the least recently used one is closed. Default 1,000. */
  maxIdleOrigins?: number;
  /** Certificates in PEM form that are trusted besides those of the system. */
  trustedCertificates?: readonly string[];
};

const checkTimeoutMs = 5_000;

const notDialled: DialTiming = { dnsMs: null, connectMs: null, tlsMs: null };

const makeSecureContext = (trusted: readonly string[]): SecureContext =>
  createSecureContext(trusted.length === 0 ? {} : { ca: [...getCACertificates("default"), ...trusted] });

class UndiciOutboundHttp implements OutboundHttp {
  readonly #context: DialContext;
  readonly #pool: ConnectionPool;

  constructor(context: DialContext, pool: ConnectionPool) {
    this.#context = context;
    this.#pool = pool;
  }

  async check(url: string): Promise<EndpointChecked> {
    const parsed = parseEndpoint(url, this.#context.policy);
    if (!parsed.ok) return parsed;
    const found = await findAddresses(parsed.endpoint, checkTimeoutMs, this.#context);
    switch (found.kind) {
      case "found":
        return { ok: true };
      case "refused":
        return refuseEndpoint(found.code, found.where);
      case "failed":
        return refuseEndpoint("name_not_resolved", `host ${parsed.endpoint.host}`);
    }
  }

  async send(request: OutboundRequest): Promise<OutboundOutcome> {
    const startedAt = this.#context.clock.monotonic();
    const parsed = parseEndpoint(request.url, this.#context.policy);
    if (!parsed.ok) return { kind: "refused", code: parsed.code, where: parsed.where, timing: this.#timing(startedAt, notDialled, null) };
    if (Object.keys(request.headers).some(isReservedHeader)) return this.#failed(startedAt, "invalid_request", "a header is reserved for the client");
    return this.#sendTo(parsed.endpoint, request, startedAt);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #sendTo(endpoint: Endpoint, request: OutboundRequest, startedAt: number): Promise<OutboundOutcome> {
    const { clock } = this.#context;
    const connection = await this.#pool.acquire(endpoint, startedAt + request.timeoutMs);
    if (!connection) {
      if (this.#pool.closed) return this.#failed(startedAt, "closed", "the client is closed");
      return this.#failed(startedAt, "timeout", "no connection to this receiver became free before the deadline");
    }
    const exchanged = await exchange(connection, request, { path: endpoint.path, clock });
    const { dial, remoteAddress } = connection;
    this.#pool.release(connection, exchanged.reusable);
    const timing = this.#timing(startedAt, dial?.timing ?? notDialled, exchanged.firstByteMs);
    if (exchanged.result.kind === "answered") return { ...exchanged.result, timing, remoteAddress };
    // Why there was no connection is known better where it was dialled.
    const cause = dial && dial.result.kind !== "connected" && exchanged.result.code !== "closed" ? dial.result : exchanged.result;
    return { ...cause, timing };
  }

  #failed(startedAt: number, code: OutboundFailure, detail: string): OutboundOutcome {
    return { kind: "failed", code, detail, timing: this.#timing(startedAt, notDialled, null) };
  }

  #timing(startedAt: number, dialled: DialTiming, firstByteMs: number | null): Timing {
    return { ...dialled, firstByteMs, totalMs: this.#context.clock.monotonic() - startedAt };
  }
}

/** Calls endpoints over real sockets. Rules: domain/endpoint; judged for every request, and for every dial. */
export function makeUndiciOutboundHttp(options: UndiciOutboundHttpOptions): OutboundHttp {
  const { allowLoopback, allowedNetworks, clock } = options;
  const context: DialContext = {
    policy: { allowLoopback, allowedNetworks },
    resolver: options.resolver ?? systemResolver(),
    secureContext: makeSecureContext(options.trustedCertificates ?? []),
    clock,
  };
  const limits = { maxConnectionsPerOrigin: options.maxConnectionsPerOrigin ?? 128, maxIdleOrigins: options.maxIdleOrigins ?? 1_000 };
  return new UndiciOutboundHttp(context, new ConnectionPool(context, limits));
}
