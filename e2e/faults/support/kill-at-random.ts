import { afterAll, beforeAll, test } from "vitest";
import type { DatabaseKind } from "../../support/database.ts";
import { databaseFor } from "../../support/database.ts";
import { until } from "../../support/until.ts";
import { sleep, startLoad } from "./load.ts";
import { settleAccount } from "./oracle.ts";
import { setScene } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { sized } from "./sized.ts";

/** On each of the two databases. */
const killingMs = sized(60_000, 600_000);

/** kill -9 whenever chance says so, under load, and a new start each time. */
export function killAtRandom(database: DatabaseKind): void {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: `random-${database}`, ...(await databaseFor(database)) });
    await scene.addHook("random");
  });
  afterAll(() => scene.end());

  test("whatever was acknowledged arrives", async () => {
    const load = startLoad(scene.place, { tag: "random", hooks: ["random"] });
    const end = performance.now() + killingMs;
    const recoveries: number[] = [];
    let server = scene.server;
    while (performance.now() < end) {
      await sleep(300 + Math.random() * 2_500);
      await server.kill();
      const from = performance.now();
      server = await scene.start();
      await until("deliveries come again", () => scene.ledger.arrivals.some(({ at, accepted }) => accepted && at > from));
      recoveries.push(performance.now() - from);
    }
    await load.stop();
    const remark = `${recoveries.length} kills, ${load.askedAgain()} changes asked again; the longest recovery`;
    await settleAccount({ family: "processes", fault: `kill -9 at random under load, ${database} database`, promised: load.promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), recoveryMs: Math.round(Math.max(...recoveries)), remark });
  });
}
