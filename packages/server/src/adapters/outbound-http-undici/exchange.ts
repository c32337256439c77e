import type { Dispatcher } from "undici";
import type { Clock } from "../../kit/clock.ts";
import type { OutboundRequest, OutboundResponse } from "../../ports/outbound-http/port.ts";
import { maxResponseBodyBytes } from "../../ports/outbound-http/port.ts";
import type { Connection } from "./connection.ts";
import type { Failure } from "./describe-failure.ts";
import { describeClientError } from "./describe-failure.ts";

export type Exchanged = {
  result: { kind: "answered"; response: OutboundResponse } | ({ kind: "failed" } & Failure);
  firstByteMs: number | null;
  /** The answer was read to its end, so the connection may carry another request. */
  reusable: boolean;
};

/** 100 Continue, 103 Early Hints and their like; more of them than this are a flood. */
const maxInterimAnswers = 16;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const joinHeaders = (headers: Headers): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(", ") : (value ?? "")]));

/** Collects one answer. undici calls it; whatever comes first of end, cap, error and deadline settles it. */
class AnswerCollector implements Dispatcher.DispatchHandler {
  readonly #clock: Clock;
  readonly #settled: (exchanged: Exchanged) => void;
  #done = false;
  #startedAt: number | null = null;
  #firstByteMs: number | null = null;
  #interim = 0;
  #status = 0;
  #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(clock: Clock, settled: (exchanged: Exchanged) => void) {
    this.#clock = clock;
    this.#settled = settled;
  }

  onRequestStart(): void {
    this.#startedAt = this.#clock.monotonic();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) {
      if (++this.#interim > maxInterimAnswers) this.#fail({ code: "protocol_error", detail: "a flood of interim answers, and no final one" });
      return;
    }
    this.#status = status;
    this.#headers = joinHeaders(headers);
    this.#firstByteMs = this.#clock.monotonic() - (this.#startedAt ?? this.#clock.monotonic());
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return;
    const room = maxResponseBodyBytes - this.#size;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#size += Math.min(chunk.length, room);
    if (chunk.length > room) this.#answer({ bodyTruncated: true });
  }

  onResponseEnd(): void {
    this.#answer({ bodyTruncated: false });
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    this.#breakOff(() => describeClientError(error));
  }

  onDeadline(): void {
    this.#breakOff(() => ({ code: "timeout", detail: this.#startedAt === null ? "no connection before the deadline" : "no answer before the deadline" }));
  }

  /** With the headers complete the receiver has answered, whatever becomes of the body. */
  #breakOff(failure: () => Failure): void {
    if (this.#status === 0) this.#fail(failure());
    else this.#answer({ bodyTruncated: true });
  }

  #answer(body: { bodyTruncated: boolean }): void {
    const response = { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks, this.#size), ...body };
    this.#settle({ result: { kind: "answered", response }, firstByteMs: this.#firstByteMs, reusable: !body.bodyTruncated });
  }

  #fail(failure: Failure): void {
    this.#settle({ result: { kind: "failed", ...failure }, firstByteMs: null, reusable: false });
  }

  #settle(exchanged: Exchanged): void {
    if (this.#done) return;
    this.#done = true;
    this.#settled(exchanged);
  }
}

/**
 * Sends one request on a connection and collects the answer until the connection's deadline. Always fulfils.
 * If the outcome is not `reusable`, the caller destroys the connection, which ends what is left of the exchange.
 */
export function exchange(connection: Connection, request: OutboundRequest, target: { path: string; clock: Clock }): Promise<Exchanged> {
  const { clock, path } = target;
  return new Promise((resolve) => {
    const collector = new AnswerCollector(clock, (exchanged) => {
      clearTimeout(timer);
      resolve(exchanged);
    });
    const timer = setTimeout(() => collector.onDeadline(), Math.max(0, connection.deadline - clock.monotonic()));
    const headers = { ...request.headers, "accept-encoding": "identity" };
    connection.client.dispatch({ path, method: request.method, headers, body: request.body }, collector);
  });
}
