import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { fastify } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../../../domain/failure.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import { findVisibleRun, readHistory, readLogLines, upsertRun } from "../../../features/runs/index.ts";
import type { RunRow } from "../../../features/runs/index.ts";
import { runServices } from "../../../features/runs/testing/run-services.ts";
import type { Services } from "../../../features/services.ts";
import type { TestDatabase } from "../../../testing/database.ts";
import { createTestDatabase } from "../../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../../testing/people.ts";
import { fileStreamRoutes } from "./index.ts";

const limits = { fileStreamBytes: 1 << 20, logLineBytes: 1_000 };

let database: TestDatabase;
let services: Services;
let app: FastifyInstance;
let base: string;
const viewers = new Map<string, Viewer>();

beforeAll(async () => {
  database = await createTestDatabase();
  services = runServices(database.db, limits);
  const { teamEntityId } = await insertTeam(database.db, "org", "team");
  for (const [name, role] of [["member", "member"], ["viewer", "viewer"], ["stranger", null]] as const) {
    const viewer = await insertUser(database.db, name);
    viewers.set(name, viewer);
    if (role !== null) await addMember(database.db, teamEntityId, viewer, role);
  }
  app = fastify();
  await fileStreamRoutes(app, {
    services,
    ingested: () => undefined,
    authenticate: (request) => {
      const viewer = viewers.get(String(request.headers.authorization));
      return viewer === undefined ? Promise.reject(new Failure("unauthenticated", "no key")) : Promise.resolve(viewer);
    },
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

async function newRun(name: string): Promise<RunRow> {
  const none = { displayName: null, config: null, summary: null, tags: null, notes: null, description: null, groupName: null, jobType: null, commit: null, host: null, program: null, repo: null, sweepName: null };
  return (await upsertRun(services, viewers.get("member") as Viewer, { entity: "team", project: "a project", name, state: null }, none)).run;
}

const address = (run: string): string => `${base}/files/team/a%20project/${run}/file_stream`;

async function post(run: string, body: string | Uint8Array<ArrayBuffer> | object, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  const sent = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  const answer = await fetch(address(run), { method: "POST", body: sent as string, headers: { authorization: "member", "content-type": "application/json", ...headers } });
  return { status: answer.status, body: await answer.json() };
}

const history = (offset: number, ...lines: string[]): object => ({ files: { "wandb-history.jsonl": { offset, content: lines } } });
const stored = (run: RunRow): Promise<string[]> => readHistory(services, run, "history", { samples: 1_000, minStep: null, maxStep: null });
const reread = async (run: RunRow): Promise<RunRow> => (await findVisibleRun(services, viewers.get("member") as Viewer, run.id)) as RunRow;

describe("file_stream over a socket", () => {
  it("takes in all files of a whole run, lines verbatim, and answers what old and new clients read", async () => {
    const run = await newRun("whole");
    const lines = ['{"_step":0,"loss":NaN,"a.b":{"c":-Infinity}}', '{"_step":1,"loss":0.5}'];
    const first = await post("whole", {
      files: {
        "wandb-history.jsonl": { offset: 0, content: lines },
        "wandb-events.jsonl": { offset: 0, content: ['{"system.cpu":12.5,"_timestamp":1,"_wandb":true}'] },
        "output.log": { offset: 0, content: ["2024-05-01T10:00:00.1 hello\n"] },
        "wandb-summary.json": { offset: 0, content: ['{"old":1}', '{"loss":Infinity,"nested":{"x":1}}'] },
        "diff.patch": { offset: 0, content: ["left out"] },
      },
      dropped: 0,
      failed: false,
      complete: false,
    });
    expect(first).toEqual({ status: 200, body: { exitcode: null, limits: {} } });
    expect(await stored(run)).toEqual(lines);
    expect(await reread(run)).toMatchObject({ state: "running", summary: '{"loss":Infinity,"nested":{"x":1}}', history_lines: 2, event_lines: 1, log_lines: 1 });
    expect(await readLogLines(services, run, { from: 0, to: 9 })).toMatchObject([{ text: "hello" }]);
    expect((await post("whole", { complete: true, exitcode: 0, uploaded: ["config.yaml"] })).status).toBe(200);
    expect((await reread(run)).state).toBe("finished");
  });

  it("takes an empty object for a heartbeat", async () => {
    const run = await newRun("beats");
    expect((await post("beats", {})).status).toBe(200);
    expect((await reread(run)).heartbeat_at.getTime()).toBeGreaterThan(run.heartbeat_at.getTime());
  });

  it("reads gzip, and counts the same body twice once", async () => {
    const run = await newRun("zipped");
    const body = gzipSync(JSON.stringify(history(0, '{"_step":0}', '{"_step":1}')));
    for (let times = 0; times < 2; times += 1) expect((await post("zipped", body, { "content-encoding": "gzip" })).status).toBe(200);
    expect(await stored(run)).toEqual(['{"_step":0}', '{"_step":1}']);
    expect((await reread(run)).history_lines).toBe(2);
  });

  it.each([
    ["not JSON", '{"files": ', 400, /body is not JSON: .*character 10/],
    ["not an object", "[1]", 400, /body must be a JSON object/],
    ["a line that is not JSON", JSON.stringify(history(0, '{"_step":0}', "{oops}")), 400, /files\.wandb-history\.jsonl\.content\[1\] is not JSON/],
    ["a line that is no object", JSON.stringify(history(0, "[1]")), 400, /content\[0\] must be a JSON object/],
    ["a negative offset", JSON.stringify(history(-1, "{}")), 400, /files\.wandb-history\.jsonl\.offset/],
    ["an offset that is no number", '{"files":{"output.log":{"offset":"1","content":[]}}}', 400, /files\.output\.log\.offset/],
    ["content that is no list", '{"files":{"output.log":{"offset":0,"content":"x"}}}', 400, /files\.output\.log\.content/],
    ["a line that is no text", '{"files":{"output.log":{"offset":0,"content":[1]}}}', 400, /content\[0\]/],
    ["a line over the limit", JSON.stringify({ files: { "output.log": { offset: 0, content: ["é".repeat(501)] } } }), 413, /content\[0\] may have at most 1000 bytes/],
    ["an exit code that is no number", '{"complete":true,"exitcode":"x"}', 400, /exitcode/],
    ["65 levels", `{"a":${"[".repeat(65)}${"]".repeat(65)}}`, 400, /64 levels/],
    ["a body over the limit", `{"x":"${"x".repeat(1 << 20)}"}`, 413, /at most 1048576 bytes/],
    ["a body that is not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), 400, /not UTF-8/],
  ] as const)("refuses %s, and keeps what came before", async (name, body, status, message) => {
    const runName = `bad-${name.replaceAll(" ", "-")}`;
    const run = await newRun(runName);
    await post(runName, history(0, '{"_step":0}'));
    const answer = await post(runName, body);
    expect(answer).toEqual({ status, body: { error: expect.stringMatching(message) } });
    expect(await stored(run)).toEqual(['{"_step":0}']);
    expect((await post(runName, history(1, '{"_step":1}'))).status).toBe(200);
  });

  it("refuses what inflates to more than the limit, what is not gzip, and other encodings", async () => {
    await newRun("bomb");
    const bomb = gzipSync(Buffer.alloc(300 << 20, 0x20), { level: 9 });
    expect(bomb.length).toBeLessThan(limits.fileStreamBytes);
    expect(await post("bomb", bomb, { "content-encoding": "gzip" })).toMatchObject({ status: 413 });
    const empty = gzipSync("");
    expect(await post("bomb", Buffer.concat(Array.from({ length: 80_000 }, () => empty)), { "content-encoding": "gzip" })).toMatchObject({ status: 413 });
    expect(await post("bomb", "{}", { "content-encoding": "gzip" })).toMatchObject({ status: 400 });
    expect(await post("bomb", gzipSync("{}").subarray(0, 15), { "content-encoding": "gzip" })).toMatchObject({ status: 400 });
    expect(await post("bomb", "{}", { "content-encoding": "br" })).toMatchObject({ status: 415 });
    expect(await post("bomb", gzipSync("{}"), { "content-encoding": "gzip" })).toMatchObject({ status: 200 });
  });

  it("stores nothing of a body that was cut in the middle, and takes it whole the next time", async () => {
    const run = await newRun("cut");
    const body = JSON.stringify(history(0, '{"_step":0}', '{"_step":1}'));
    const socket = connect({ host: "127.0.0.1", port: Number(new URL(base).port) });
    const head = [`POST /files/team/a%20project/cut/file_stream HTTP/1.1`, "host: x", "authorization: member", "content-type: application/json", `content-length: ${body.length}`, "", ""].join("\r\n");
    socket.write(head + body.slice(0, body.length / 2));
    const answered = new Promise<void>((resolve) => app.server.once("request", (request) => request.once("close", resolve)));
    socket.end();
    await answered;
    socket.destroy();
    expect(await stored(run)).toEqual([]);
    await post("cut", body);
    expect(await stored(run)).toHaveLength(2);
  });

  it("answers 404 for what is not there or not the user's, 403 for viewers, 401 without a key", async () => {
    await newRun("mine");
    expect(await post("nowhere", {})).toEqual({ status: 404, body: { error: 'Run "team/a project/nowhere" not found.' } });
    expect(await post("mine", {}, { authorization: "stranger" })).toMatchObject({ status: 404 });
    expect(await post("mine", {}, { authorization: "viewer" })).toMatchObject({ status: 403 });
    expect(await post("mine", {}, { authorization: "wrong" })).toMatchObject({ status: 401 });
  });

  it("keeps keys like __proto__ as data", async () => {
    const run = await newRun("proto");
    const line = '{"_step":0,"__proto__":{"polluted":1},"constructor":2}';
    expect((await post("proto", history(0, line))).status).toBe(200);
    expect(await stored(run)).toEqual([line]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
