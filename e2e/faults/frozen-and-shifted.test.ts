import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { list, text } from "../support/rest.ts";
import { freePort } from "../support/server.ts";
import { until } from "../support/until.ts";
import { answer } from "./support/ledger.ts";
import { executionsOf, reasonOf } from "./support/history.ts";
import { addAliasSurely, sleep, startLoad } from "./support/load.ts";
import { settleAccount } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

describe("a worker that is frozen past its lease", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: "frozen", ...(await databaseFor("server")), env: { BELLHOP_ROLES: "web" } });
  });
  afterAll(() => scene.end());

  test("is not believed when it comes back: another has the delivery, and its outcome stands", async () => {
    const { automationId } = await scene.addHook("frozen", { webhook: { timeoutSeconds: 4 } });
    const worker = async (): ReturnType<Scene["start"]> => scene.start({ port: await freePort(), env: { BELLHOP_ROLES: "worker" } });
    const first = await worker();
    let frozenAt = 0;
    const refused = (): boolean => first.output().includes("lease lost before the outcome was stored");
    scene.ledger.behave(async (request, response, arrival) => {
      if (arrival.attempt === 1) {
        first.process.kill("SIGSTOP");
        frozenAt = performance.now();
      } else {
        // The second worker holds the lease, and its outcome is open, when the first comes back with the answer that it got.
        first.process.kill("SIGCONT");
        await until("the first worker's write is refused", refused, 3_500).catch(() => undefined);
      }
      answer(200)(request, response, arrival);
    });
    await addAliasSurely(scene.place, "frozen-1");
    await until("the worker has sent and is frozen", () => frozenAt > 0);
    await worker();
    const finished = async (): Promise<boolean> => (await executionsOf(scene.cast.rest, automationId)).some(({ status }) => text(status) === "finished");
    await until("the second worker has delivered", finished);
    expect(refused()).toBe(true);
    const [after] = await executionsOf(scene.cast.rest, automationId);
    expect(list(after?.["attempts"]).map((attempt) => [text(attempt["outcome"]), reasonOf(attempt)])).toEqual([["interrupted", "interrupted"], ["delivered", ""]]);
    const taken = scene.ledger.arrivals.find(({ hook, attempt }) => hook === "frozen" && attempt === 2);
    await settleAccount({
      family: "processes", fault: "worker frozen past its lease and resumed", promised: new Set(["frozen frozen-1"]), arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl,
      overAt: frozenAt, recoveryMs: Math.round((taken?.at ?? Number.NaN) - frozenAt), remark: "recovery from the freeze on: the lease of 5 s; the late write was refused",
    });
  });
});

describe("clocks that are an hour off", () => {
  let scene: Scene;
  const hour = 3_600_000;
  const shifted = (offset: number): Record<string, string> => ({ NODE_OPTIONS: `--import=${join(import.meta.dirname, "support/shift-clock.mjs")}`, FAULT_CLOCK_OFFSET_MS: String(offset) });
  beforeAll(async () => {
    scene = await setScene({ tag: "clock", ...(await databaseFor("server")), env: { BELLHOP_ROLES: "web", ...shifted(hour) } });
  });
  afterAll(() => scene.end());

  test("one process an hour ahead, one an hour behind, and both jump to the other side under load", async () => {
    await scene.addHook("clock");
    // Every fifth delivery needs a second attempt, so that retries come due on wrong clocks, too.
    scene.ledger.behave((request, response, arrival) => answer(arrival.attempt === 1 && arrival.about.endsWith("5") ? 503 : 200)(request, response, arrival));
    const worker = await scene.start({ port: await freePort(), env: { BELLHOP_ROLES: "worker", ...shifted(-hour) } });
    const load = startLoad(scene.place, { tag: "clock", hooks: ["clock"] });
    const aheadMs = (): number => Number(scene.ledger.arrivals.at(-1)?.headers["webhook-timestamp"]) * 1_000 - Date.now();
    await until("deliveries come", () => scene.ledger.arrivals.length > 50);
    expect(aheadMs(), "the clock is really wrong").toBeLessThan(-0.9 * hour);
    const jumpedAt = performance.now();
    for (const { process } of [scene.server, worker]) process.kill("SIGUSR2");
    await until("deliveries come from the other side", () => aheadMs() > 0.9 * hour);
    const recoveryMs = Math.round(performance.now() - jumpedAt);
    await sleep(2_000);
    await load.stop();
    await settleAccount({ family: "clock", fault: "clocks ±1 h between processes, jumping by 2 h under load", promised: load.promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: jumpedAt, recoveryMs, remark: "the clocks of the Node processes; PostgreSQL keeps its own" });
  });
});
