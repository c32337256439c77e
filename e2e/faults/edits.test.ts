import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { list, text } from "../support/rest.ts";
import { until } from "../support/until.ts";
import { executionsOf, reasonOf } from "./support/history.ts";
import { answer } from "./support/ledger.ts";
import { addAliasSurely } from "./support/load.ts";
import { settleAccount } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

const family = "edits";

describe("a webhook that is changed between the attempts of a delivery", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: "edits", ...(await databaseFor("server")) });
    scene.ledger.behave((request, response, arrival) => answer(arrival.hook.startsWith("old-") ? 500 : 200)(request, response, arrival));
  });
  afterAll(() => scene.end());

  /** A delivery to a receiver that fails, stopped after its first attempts. */
  async function failing(name: string): Promise<{ webhookId: string; automationId: string }> {
    const made = await scene.addHook(name, { url: scene.ledger.urlOf(`old-${name}`) });
    await addAliasSurely(scene.place, `${name}-1`);
    await until("two attempts have failed", () => scene.ledger.arrivals.filter(({ hook }) => hook === `old-${name}`).length >= 2);
    return made;
  }
  const settle = (fault: string, promised: Set<string>, remark: string) =>
    settleAccount({ family, fault, promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), remark });
  async function endOf(automationId: string): Promise<string> {
    return until("it has ended", async () => {
      const [execution] = await executionsOf(scene.cast.rest, automationId);
      return ["finished", "failed"].includes(text(execution?.["status"])) ? `${text(execution?.["status"])} ${reasonOf(execution)}`.trim() : null;
    });
  }

  test("its address: the next attempt goes to the new one, with the same id and bytes", async () => {
    const { webhookId, automationId } = await failing("moved");
    await scene.cast.rest.ok("PATCH", `/teams/${scene.cast.team}/webhooks/${webhookId}`, { url: scene.ledger.urlOf("moved") });
    expect(await endOf(automationId)).toBe("finished");
    await settle("webhook's address edited between attempts", new Set(["moved moved-1"]), "delivered to the new address");
    const sent = scene.ledger.arrivals.filter(({ about }) => about === "moved-1");
    expect([new Set(sent.map(({ id }) => id)).size, new Set(sent.map(({ body }) => body)).size]).toEqual([1, 1]);
  });

  test("deleted: the delivery ends, and says why", async () => {
    const { webhookId, automationId } = await failing("deleted");
    await scene.cast.rest.ok("DELETE", `/teams/${scene.cast.team}/webhooks/${webhookId}?force=true`);
    expect(await endOf(automationId)).toBe("failed webhook_missing");
    await settle("webhook deleted between attempts", new Set(), "1 ended as failed: webhook_missing");
  });

  test("disabled: the delivery ends, and says why", async () => {
    const { webhookId, automationId } = await failing("disabled");
    await scene.cast.rest.ok("PATCH", `/teams/${scene.cast.team}/webhooks/${webhookId}`, { enabled: false });
    expect(await endOf(automationId)).toBe("failed webhook_disabled");
    await settle("webhook disabled between attempts", new Set(), "1 ended as failed: webhook_disabled");
  });

  test("its automation deleted: what was planned is still delivered", async () => {
    const { webhookId, automationId } = await failing("unwatched");
    await scene.cast.rest.ok("DELETE", `/automations/${automationId}`);
    await scene.cast.rest.ok("PATCH", `/teams/${scene.cast.team}/webhooks/${webhookId}`, { url: scene.ledger.urlOf("unwatched") });
    await settle("automation deleted between attempts", new Set(["unwatched unwatched-1"]), "what was planned is delivered");
    expect(list((await scene.cast.rest.ok("GET", "/executions?status=retrying"))["items"])).toEqual([]);
  });
});
