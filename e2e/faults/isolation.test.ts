import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { until } from "../support/until.ts";
import { answer, keyOf } from "./support/ledger.ts";
import type { Arrival } from "./support/ledger.ts";
import { addAliasSurely, sleep, startLoad } from "./support/load.ts";
import { settleAccount } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";
import { sized } from "./support/sized.ts";

const family = "isolation";

const p99 = (values: readonly number[]): string => `${([...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN).toFixed(0)} ms`;

describe("receivers and teams beside each other", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: "isolation", ...(await databaseFor("server")) });
  });
  afterAll(() => scene.end());

  test("one webhook that never answers, among many that one event fires", async () => {
    const hooks = Array.from({ length: sized(100, 1_000) }, (_, index) => `fan${index}`);
    const dead = hooks[0] ?? "";
    for (const hook of hooks) await scene.addHook(hook, { aliases: "fan" });
    const alive = hooks.slice(1);
    const accepted = (about: string): Arrival[] => scene.ledger.arrivals.filter((arrival) => arrival.accepted && arrival.about === about && arrival.hook !== dead);
    const round = async (first: number): Promise<string> => {
      const delays: number[] = [];
      for (let number = first; number < first + 5; number += 1) {
        const from = performance.now();
        await addAliasSurely(scene.place, `fan-${number}`);
        await until("all others have it", () => accepted(`fan-${number}`).length >= alive.length);
        delays.push(...accepted(`fan-${number}`).map(({ at }) => at - from));
      }
      return p99(delays);
    };
    const without = await round(0);
    let isDead = true;
    scene.ledger.behave((request, response, arrival) => (isDead && arrival.hook === dead ? undefined : answer(200)(request, response, arrival)));
    const beside = await round(5);
    expect(scene.ledger.arrivals.filter(({ hook, about, accepted: done }) => hook === dead && done && Number(about.slice(4)) >= 5), "it was dead all the time").toEqual([]);
    isDead = false;
    const promised = new Set(hooks.flatMap((hook) => Array.from({ length: 10 }, (_, number) => keyOf(hook, `fan-${number}`))));
    await settleAccount({ family, fault: `one webhook dead among ${hooks.length}`, promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), remark: `p99 of the others ${without} without it, ${beside} beside it` });
  });

  test("one team that floods: the other's deliveries come through", async () => {
    const quiet = await scene.addTeam("quiet");
    await quiet.addHook("quiet");
    // Each change of the flooding team is twenty slow deliveries: more than go out in the time.
    const hooks = Array.from({ length: 20 }, (_, index) => `flood${index}`);
    for (const hook of hooks) await scene.addHook(hook, { aliases: "flood" });
    scene.ledger.behave((request, response, arrival) => void setTimeout(() => answer(200)(request, response, arrival), arrival.hook === "quiet" ? 0 : 250));
    const flood = startLoad(scene.place, { tag: "flood", hooks, connections: 16, pauseMs: 0, most: sized(400, 800) });
    await until("the flood has begun", () => flood.promised.size > 1_000);
    const delays: number[] = [];
    const promised = new Set<string>();
    let overtaken = 0;
    for (let number = 0; number < 20; number += 1) {
      const from = performance.now();
      await addAliasSurely(quiet.place, `quiet-${number}`);
      promised.add(keyOf("quiet", `quiet-${number}`));
      const ahead = [...flood.promised];
      const arrival = await until("the quiet team's arrives", () => scene.ledger.arrivals.find(({ about, accepted }) => accepted && about === `quiet-${number}`));
      delays.push(arrival.at - from);
      const sent = new Set(scene.ledger.arrivals.filter(({ at }) => at < arrival.at).map(({ hook, about }) => keyOf(hook, about)));
      overtaken = Math.max(overtaken, ahead.filter((key) => !sent.has(key)).length);
    }
    expect(overtaken, "who waits behind a flood of another team's goes past it").toBeGreaterThan(0);
    await flood.stop();
    for (const key of flood.promised) promised.add(key);
    await settleAccount({ family, fault: "one team flooding", promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), remark: `${flood.promised.size} of the flood; the quiet team's p99 ${p99(delays)}, past up to ${overtaken} that waited before it` });
  });
});

describe("an outage of all receivers", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: "outage", ...(await databaseFor("server")), env: { BELLHOP_RETRY_SCHEDULE: `0s${",1s".repeat(5)}${",5s".repeat(40)}`, BELLHOP_BREAKER_FAILURES: "10", BELLHOP_BREAKER_PROBE_SECONDS: "1" } });
  });
  afterAll(() => scene.end());

  test("everything that happened meanwhile is delivered when they are back", async () => {
    const hooks = Array.from({ length: 10 }, (_, index) => `out${index}`);
    for (const hook of hooks) await scene.addHook(hook, { aliases: "out" });
    await scene.ledger.down();
    const load = startLoad(scene.place, { tag: "out", hooks, connections: 4, most: sized(300, 3_000) });
    await sleep(sized(8_000, 60_000));
    await load.stop();
    expect(scene.ledger.arrivals).toEqual([]);
    await scene.ledger.up();
    await settleAccount({ family, fault: "all receivers down, then back", promised: load.promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), withinMs: 300_000, remark: `down for ${sized(8, 60)} s on a schedule of seconds, which stands for an hour on one of minutes` });
  });
});
