import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { canonicalAddress } from "../../domain/endpoint/classify-address.ts";
import type { EndpointPolicy } from "../../domain/endpoint/endpoint-policy.ts";
import type { EndpointRefusal } from "../../domain/endpoint/endpoint-refusal.ts";
import type { Endpoint } from "../../domain/endpoint/parse-endpoint.ts";
import type { Clock } from "../../kit/clock.ts";
import type { OutboundFailure } from "../../ports/outbound-http/port.ts";
import { connectTcp, startTls } from "./connect-socket.ts";
import { describeTlsError } from "./describe-failure.ts";
import { findAddresses } from "./find-addresses.ts";
import type { NameResolver } from "./resolve-addresses.ts";

export type DialContext = { policy: EndpointPolicy; resolver: NameResolver; secureContext: SecureContext; clock: Clock };

export type DialResult =
  | { kind: "connected"; socket: Socket; remoteAddress: string }
  | { kind: "refused"; code: EndpointRefusal; where: string }
  | { kind: "failed"; code: OutboundFailure; detail: string };

export type DialTiming = { dnsMs: number | null; connectMs: number | null; tlsMs: number | null };

export type Dial = { result: DialResult; timing: DialTiming };

/** More addresses than these are not tried; a name may have hundreds. */
const maxAddressesTried = 4;

const tooLate: DialResult = { kind: "failed", code: "timeout", detail: "no connection before the deadline" };

/**
 * Opens one connection to an endpoint: resolve, judge every address, dial only what was judged, compare, TLS.
 * `deadline` is on the monotonic clock.
 */
export async function dial(endpoint: Endpoint, deadline: number, context: DialContext): Promise<Dial> {
  const timing: DialTiming = { dnsMs: null, connectMs: null, tlsMs: null };
  const { clock } = context;
  const startedAt = clock.monotonic();
  const found = await findAddresses(endpoint, deadline - startedAt, context);
  const foundAt = clock.monotonic();
  if (endpoint.kind === "name") timing.dnsMs = foundAt - startedAt;
  if (found.kind !== "found") return { result: found, timing };
  const connected = await connectFirst(found.addresses, endpoint.port, { deadline, clock });
  const connectedAt = clock.monotonic();
  timing.connectMs = connectedAt - foundAt;
  if (connected.kind !== "connected" || endpoint.protocol === "http:") return { result: connected, timing };
  const secure = await startTls(connected.socket, { host: endpoint.host, secureContext: context.secureContext, timeoutMs: deadline - connectedAt });
  timing.tlsMs = clock.monotonic() - connectedAt;
  if (secure.ok) return { result: { ...connected, socket: secure.socket }, timing };
  connected.socket.destroy();
  return { result: secure.code === "timeout" ? tooLate : { kind: "failed", code: "tls_failure", detail: describeTlsError(secure.code) }, timing };
}

/** One address after the other, IPv4 first; each gets its share of the time that is left. */
async function connectFirst(all: readonly string[], port: number, limit: { deadline: number; clock: Clock }): Promise<DialResult> {
  const addresses = all.slice(0, maxAddressesTried);
  let lastCode = "timeout";
  for (const [index, address] of addresses.entries()) {
    const share = (limit.deadline - limit.clock.monotonic()) / (addresses.length - index);
    if (share <= 0) return tooLate;
    const result = await connectTcp(address, port, share);
    if (result.ok) return compareRemote(result.socket, address);
    lastCode = result.code;
  }
  return lastCode === "timeout" ? tooLate : { kind: "failed", code: "connect_failed", detail: describeConnectError(lastCode) };
}

/** The socket has to be where it was sent: the last line, should anything below us rewrite the address. */
function compareRemote(socket: Socket, address: string): DialResult {
  const remoteAddress = socket.remoteAddress;
  if (remoteAddress !== undefined && canonicalAddress(remoteAddress) === canonicalAddress(address)) return { kind: "connected", socket, remoteAddress };
  socket.destroy();
  if (remoteAddress === undefined) return { kind: "failed", code: "connection_reset", detail: "the connection was closed as soon as it was made" };
  return { kind: "refused", code: "address_changed", where: `address ${remoteAddress}` };
}

function describeConnectError(code: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "the address can not be reached";
    case "ETIMEDOUT":
      return "the receiver did not accept the connection";
    case "EMFILE":
    case "ENFILE":
      return "this server has no free file descriptors";
    default:
      return "the connection could not be made";
  }
}
