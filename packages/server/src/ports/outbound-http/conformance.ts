import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OutboundHttp, OutboundRequest } from "./port.ts";
import { maxResponseBodyBytes } from "./port.ts";

/** What a receiver that the suite asks for does with each request. */
export type ReceiverBehaviour =
  | { kind: "answer"; status: number; headers: Record<string, string>; body: Buffer }
  | { kind: "silent" }
  | { kind: "reset" };

export type SeenRequest = { method: string; path: string; headers: Record<string, string>; body: Buffer };

/** What an implementation hands to the suite: itself, with loopback allowed, and receivers on loopback. */
export type OutboundHttpWorld = {
  http: OutboundHttp;
  /** Starts a receiver; `url` is its origin without a path. */
  receiver(behaviour: ReceiverBehaviour): Promise<{ url: string; seen(): readonly SeenRequest[] }>;
  /** A URL on loopback where nobody listens. */
  deadUrl(): Promise<string>;
  stop(): Promise<void>;
};

const answer = (status: number, headers: Record<string, string> = {}, body = Buffer.alloc(0)): ReceiverBehaviour => ({ kind: "answer", status, headers, body });

const post = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: "POST", url, headers: { "content-type": "application/json" }, body: Buffer.from("{}"), timeoutMs: 10_000, ...more,
});

type World = () => OutboundHttpWorld;

/** The guarantees of port.ts. Every implementation calls this from a test file of its own. */
export function outboundHttpConformance(name: string, start: () => Promise<OutboundHttpWorld>): void {
  describe(`outbound-http: ${name}`, () => {
    let world: OutboundHttpWorld;
    beforeEach(async () => {
      world = await start();
    });
    afterEach(async () => {
      await world.http.close();
      await world.stop();
    });
    requestsArriveWhole(() => world);
    answersAreAnswers(() => world);
    failuresAreValues(() => world);
    refusalsReachNobody(() => world);
  });
}

function requestsArriveWhole(world: World): void {
  it.each(["POST", "PUT", "PATCH"] as const)("%s delivers path, query, headers and the very bytes", async (method) => {
    const receiver = await world().receiver(answer(200));
    const body = Buffer.from([0, 255, 10, 13, 0x7b, 0xc3, 0xa4]);
    const outcome = await world().http.send(post(`${receiver.url}/a/b%20c?d=e&f=%7B`, { method, body, headers: { "x-one": "1", "user-agent": "Test/1" } }));
    expect(outcome.kind).toBe("answered");
    const [seen] = receiver.seen();
    expect(receiver.seen()).toHaveLength(1);
    expect(seen).toMatchObject({ method, path: "/a/b%20c?d=e&f=%7B", headers: { "x-one": "1", "user-agent": "Test/1" } });
    expect(seen?.body.equals(body)).toBe(true);
  });

  it("GET delivers without a body", async () => {
    const receiver = await world().receiver(answer(204));
    const outcome = await world().http.send(post(`${receiver.url}/`, { method: "GET", body: null }));
    expect(outcome).toMatchObject({ kind: "answered", response: { status: 204, bodyTruncated: false } });
    expect(receiver.seen()[0]?.body).toHaveLength(0);
  });

  it("refuses to send a header that frames the message", async () => {
    const receiver = await world().receiver(answer(200));
    for (const header of ["Host", "content-length", "Transfer-Encoding", "connection", "accept-encoding"]) {
      expect(await world().http.send(post(receiver.url, { headers: { [header]: "1" } }))).toMatchObject({ kind: "failed", code: "invalid_request" });
    }
    expect(receiver.seen()).toHaveLength(0);
  });
}

function answersAreAnswers(world: World): void {
  it.each([200, 202, 204, 400, 401, 410, 429, 500, 503])("hands status %d on as an answer", async (status) => {
    const receiver = await world().receiver(answer(status, { "Retry-After": "7" }));
    const outcome = await world().http.send(post(receiver.url));
    expect(outcome).toMatchObject({ kind: "answered", response: { status, headers: { "retry-after": "7" } } });
  });

  it.each([301, 302, 303, 307, 308])("does not follow redirect %d", async (status) => {
    const target = await world().receiver(answer(200));
    const receiver = await world().receiver(answer(status, { location: target.url }));
    const outcome = await world().http.send(post(receiver.url));
    expect(outcome).toMatchObject({ kind: "answered", response: { status, headers: { location: target.url } } });
    expect(target.seen()).toHaveLength(0);
  });

  it("keeps the first 64 KiB of a body and says whether there was more", async () => {
    for (const [length, truncated] of [[0, false], [maxResponseBodyBytes, false], [maxResponseBodyBytes + 1, true], [1_000_000, true]] as const) {
      const sent = Buffer.alloc(length, "abcdefg");
      const receiver = await world().receiver(answer(200, {}, sent));
      const outcome = await world().http.send(post(receiver.url));
      if (outcome.kind !== "answered") throw new Error(`expected an answer, got ${outcome.kind}`);
      expect(outcome.response.bodyTruncated).toBe(truncated);
      expect(outcome.response.body.equals(sent.subarray(0, maxResponseBodyBytes))).toBe(true);
    }
  });
}

function failuresAreValues(world: World): void {
  it("a receiver that never answers fails with timeout at the deadline", async () => {
    const receiver = await world().receiver({ kind: "silent" });
    expect(await world().http.send(post(receiver.url, { timeoutMs: 150 }))).toMatchObject({ kind: "failed", code: "timeout" });
  });

  it("a receiver that resets fails with connection_reset", async () => {
    const receiver = await world().receiver({ kind: "reset" });
    expect(await world().http.send(post(receiver.url))).toMatchObject({ kind: "failed", code: "connection_reset" });
  });

  it("a port where nobody listens fails with connect_failed", async () => {
    expect(await world().http.send(post(await world().deadUrl()))).toMatchObject({ kind: "failed", code: "connect_failed" });
  });

  it("a failure's detail holds nothing of the request", async () => {
    const receiver = await world().receiver({ kind: "reset" });
    const secret = "s3cr3t-canary";
    const outcome = await world().http.send(post(`${receiver.url}/${secret}?k=${secret}`, { headers: { authorization: `Bearer ${secret}` }, body: Buffer.from(secret) }));
    expect(outcome.kind).toBe("failed");
    expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  it("after close every request fails with closed", async () => {
    const receiver = await world().receiver(answer(200));
    await world().http.close();
    expect(await world().http.send(post(receiver.url))).toMatchObject({ kind: "failed", code: "closed" });
    expect(receiver.seen()).toHaveLength(0);
  });
}

function refusalsReachNobody(world: World): void {
  it.each([
    ["ftp://hooks.example.com/", "scheme"],
    ["http://10.0.0.1/", "ip_literal"],
    ["http://169.254.169.254/latest/", "ip_literal"],
    ["http://intranet/", "host_single_label"],
    ["http://db.internal/", "host_reserved"],
    ["https://hooks.example.com:22/", "port_blocked"],
    ["https://user:pw@hooks.example.com/", "userinfo"],
  ] as const)("refuses %s with %s, in check and in send", async (url, code) => {
    expect(await world().http.check(url)).toMatchObject({ ok: false, code });
    expect(await world().http.send(post(url))).toMatchObject({ kind: "refused", code });
  });

  it("check answers ok for a receiver that may be called, and calls nobody", async () => {
    const receiver = await world().receiver(answer(200));
    expect(await world().http.check(receiver.url)).toEqual({ ok: true });
    expect(receiver.seen()).toHaveLength(0);
  });
}
