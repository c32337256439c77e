import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import type { RunningServer } from "../support/server.ts";
import { freePort } from "../support/server.ts";
import { until } from "../support/until.ts";
import { answer } from "./support/ledger.ts";
import { addAliasSurely, startLoad } from "./support/load.ts";
import { settleAccount } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

const family = "processes";

describe("a process that ends at a bad moment, on a PostgreSQL server", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: "processes", ...(await databaseFor("server")), env: { BELLHOP_ROLES: "web" } });
  });
  afterAll(() => scene.end());

  const worker = async (crash?: string): Promise<RunningServer> =>
    scene.start({
      port: await freePort(),
      ...(crash === undefined ? {} : { program: "packages/server/src/testing/crashing-server.ts" }),
      env: { BELLHOP_ROLES: "worker", ...(crash === undefined ? {} : { BELLHOP_TEST_CRASH: crash }) },
    });
  const gone = (server: RunningServer): Promise<unknown> => until("it is gone", () => server.process.exitCode !== null || server.process.signalCode !== null);
  const settle = (hook: string, fault: string, overAt: number, promised = new Set([`${hook} ${hook}-1`])) =>
    settleAccount({ family, fault, promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt });

  test.each([
    ["before-request", "before:deliver", "worker killed before the request", 0],
    ["before-commit", "after:deliver", "worker killed after the 2xx, before the commit", 1],
  ])("%s: another worker takes the delivery over when the lease ends", async (hook, crash, fault, duplicates) => {
    await scene.addHook(hook);
    const dying = await worker(crash);
    await addAliasSurely(scene.place, `${hook}-1`);
    await gone(dying);
    const overAt = performance.now();
    const other = await worker();
    const row = await settle(hook, fault, overAt);
    expect(row.duplicated, "sent again only where nobody knows what became of it").toBe(duplicates);
    await other.stop();
  });

  test("a worker killed after the request was sent", async () => {
    await scene.addHook("sent");
    const dying = await worker();
    scene.ledger.behave((request, response, arrival) => {
      if (arrival.attempt === 1) dying.process.kill("SIGKILL");
      else answer(200)(request, response, arrival);
    });
    await addAliasSurely(scene.place, "sent-1");
    await gone(dying);
    scene.ledger.behave(answer(200));
    const overAt = performance.now();
    const other = await worker();
    await settle("sent", "worker killed after the request was sent", overAt);
    await other.stop();
  });

  test("a worker that crashes at every delivery, again and again, leaves nothing undone", async () => {
    await scene.addHook("loop");
    const load = startLoad(scene.place, { tag: "loop", hooks: ["loop"], connections: 2, most: 20 });
    for (let times = 0; times < 4; times += 1) {
      // It may be gone before it was seen ready.
      await worker("after:deliver").then(gone, () => undefined);
    }
    await load.stop();
    const overAt = performance.now();
    const other = await worker();
    await settle("loop", "crash loop: killed at each first delivery, four times", overAt, load.promised);
    await other.stop();
  });

  test("SIGTERM under load: what is under way is finished, the rest is left to the next start", async () => {
    await scene.addHook("term");
    scene.ledger.behave((request, response, arrival) => void setTimeout(() => answer(200)(request, response, arrival), 50));
    const load = startLoad(scene.place, { tag: "term", hooks: ["term"] });
    for (let times = 0; times < 3; times += 1) {
      const other = await worker();
      const before = scene.ledger.arrivals.length;
      await until("it delivers", () => scene.ledger.arrivals.length > before + 20);
      other.process.kill("SIGTERM");
      await gone(other);
      expect(other.process.exitCode).toBe(0);
    }
    await load.stop();
    const overAt = performance.now();
    const last = await worker();
    const row = await settle("term", "SIGTERM under load, three times", overAt, load.promised);
    expect(row.duplicated, "a stop in order repeats nothing").toBe(0);
    await last.stop();
    scene.ledger.behave(answer(200));
  });
});
