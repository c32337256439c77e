import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { list, text } from "../support/rest.ts";
import { until } from "../support/until.ts";
import { answer, startLedger } from "./support/ledger.ts";
import type { Behaviour, Ledger } from "./support/ledger.ts";
import { executionsOf, reasonOf } from "./support/history.ts";
import { addAliasSurely } from "./support/load.ts";
import { misbehaviours } from "./support/misbehaviours.ts";
import { settleAccount } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

const family = "receivers";
const each = [1, 2, 3];

describe("receivers that misbehave twice, and then behave", () => {
  let scene: Scene;
  let canary: Ledger;
  const cases = new Map<string, Behaviour>();
  beforeAll(async () => {
    canary = await startLedger();
    scene = await setScene({ tag: "receivers", ...(await databaseFor("server")) });
    for (const [hook, { behaviour }] of Object.entries(misbehaviours(canary.origin))) cases.set(hook, behaviour);
    scene.ledger.behave((request, response, arrival) => (arrival.attempt <= 2 ? (cases.get(arrival.hook) ?? answer(200)) : answer(200))(request, response, arrival));
  });
  afterAll(async () => {
    await scene.end();
    await canary.close();
  });

  test("each gets its deliveries in the end, under the id of the first attempt", async () => {
    const kinds = misbehaviours(canary.origin);
    const reasons = new Map<string, string>();
    for (const hook of Object.keys(kinds)) {
      reasons.set(hook, (await scene.addHook(hook, { webhook: { timeoutSeconds: 1 } })).automationId);
      for (const number of each) await addAliasSurely(scene.place, `${hook}-${number}`);
    }
    for (const [hook, { fault, reason }] of Object.entries(kinds)) {
      const arrivals = scene.ledger.arrivals.filter((arrival) => arrival.hook === hook);
      const promised = new Set(each.map((number) => `${hook} ${hook}-${number}`));
      await until(`${hook} gets all`, () => scene.ledger.arrivals.filter((arrival) => arrival.hook === hook && arrival.accepted).length >= each.length);
      const bad = scene.ledger.arrivals.filter((arrival) => arrival.hook === hook && !arrival.accepted);
      await settleAccount({
        family, fault: `receiver ${fault}`, promised, arrivals: scene.ledger.arrivals.filter((arrival) => arrival.hook === hook), rest: scene.cast.rest, databaseUrl: scene.databaseUrl,
        overAt: bad.at(-1)?.at ?? arrivals[0]?.at ?? performance.now(),
      });
      const attempts = (await executionsOf(scene.cast.rest, reasons.get(hook) ?? "")).map((execution) => list(execution["attempts"]).map((attempt) => (text(attempt["outcome"]) === "delivered" ? "delivered" : reasonOf(attempt))));
      expect(attempts, `${hook} is told apart in the history`).toEqual(each.map(() => (reason === null ? ["delivered"] : [reason, reason, "delivered"])));
    }
    expect(canary.arrivals, "no redirect is followed").toEqual([]);
  });

  test("one that refuses every connection for a while", async () => {
    const away = await startLedger();
    const { automationId } = await scene.addHook("refuses", { url: away.urlOf("refuses") });
    await away.down();
    await addAliasSurely(scene.place, "refuses-1");
    await until("two attempts have failed", async () => (await executionsOf(scene.cast.rest, automationId)).some(({ attempts }) => list(attempts).filter((attempt) => reasonOf(attempt) === "connect_failed").length >= 2));
    await away.up();
    await settleAccount({ family, fault: "receiver refuses connections", promised: new Set(["refuses refuses-1"]), arrivals: away.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now() });
    await away.close();
  });

  test("one that answers 410 is not called again, and its webhook is disabled", async () => {
    const { automationId, webhookId } = await scene.addHook("gone");
    cases.set("gone", answer(410));
    await addAliasSurely(scene.place, "gone-1");
    const [execution] = await until("it is given up", async () => {
      const found = await executionsOf(scene.cast.rest, automationId);
      return found.some(({ status }) => text(status) === "failed") ? found : null;
    });
    expect(reasonOf(execution)).toBe("gone");
    expect(await scene.cast.rest.ok("GET", `/teams/${scene.cast.team}/webhooks/${webhookId}`)).toMatchObject({ enabled: false, disabledReason: { code: "gone" } });
    await settleAccount({ family, fault: "receiver answers 410", promised: new Set(), arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), remark: "1 ended as failed: gone; the webhook is disabled" });
    expect(scene.ledger.arrivals.filter(({ hook }) => hook === "gone")).toHaveLength(1);
  });
});

describe("a Retry-After that is absurd", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: "absurd", ...(await databaseFor("server")) });
  });
  afterAll(() => scene.end());

  test("puts a delivery off by a day at most, and holds up no other", async () => {
    scene.ledger.behave((request, response, arrival) => (arrival.hook === "absurd" ? answer(429, { "retry-after": "9999999999" }) : answer(200))(request, response, arrival));
    const { automationId } = await scene.addHook("absurd");
    await scene.addHook("beside");
    await addAliasSurely(scene.place, "absurd-1");
    const [execution] = await until("it waits", async () => {
      const found = await executionsOf(scene.cast.rest, automationId);
      return found.some(({ status }) => text(status) === "retrying") ? found : null;
    });
    expect(Date.parse(text(execution?.["nextAttemptAt"])) - Date.now()).toBeLessThanOrEqual(86_400_000);
    await addAliasSurely(scene.place, "beside-1");
    await until("the other one arrives", () => scene.ledger.arrivals.some(({ hook }) => hook === "beside"));
    // It waits for a day, as it was asked to; deleting the webhook would not hurry it. What is counted is the one beside it.
    await settleAccount({ family, fault: "receiver answers 429 with an absurd Retry-After", promised: new Set(["beside beside-1"]), arrivals: scene.ledger.arrivals, rest: scene.cast.rest, overAt: performance.now(), waitsOnPurpose: 1, remark: "put off by 24 h, not by 317 years; the delivery beside it was not held up" });
  });
});
