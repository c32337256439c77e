import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { startLoad } from "./support/load.ts";
import { recordSkipped, settleAccount } from "./support/oracle.ts";
import { childrenOf } from "./support/processes.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await setScene({ tag: "embedded" });
  await scene.addHook("embedded");
});
afterAll(() => scene.end());

test("an embedded database that is killed takes its server with it, and the next start brings everything back", async () => {
  const fault = "embedded database killed (kill -9)";
  if (process.platform !== "linux") return recordSkipped("database", fault, "needs Linux, to find its processes");
  const load = startLoad(scene.place, { tag: "embedded", hooks: ["embedded"] });
  const arrived = (): number => scene.ledger.arrivals.filter(({ accepted }) => accepted).length;
  await until("deliveries come", () => arrived() > 20);
  const children = childrenOf(scene.server.process.pid ?? 0);
  expect(children, "PostgreSQL is the only child").toHaveLength(1);
  for (const pid of children) process.kill(pid, "SIGKILL");
  await until("the server ends, too", () => scene.server.process.exitCode !== null);
  expect(scene.server.process.exitCode, "not as if it had been told to").toBe(1);
  const overAt = performance.now();
  const before = arrived();
  await scene.start();
  await until("deliveries come again", () => arrived() > before);
  const recoveryMs = Math.round(performance.now() - overAt);
  await load.stop();
  await settleAccount({ family: "database", fault, promised: load.promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, overAt, recoveryMs, remark: `the server ends by itself; ${load.askedAgain()} changes asked again` });
});
