import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { list, text } from "../support/rest.ts";
import { until } from "../support/until.ts";
import { reasonOf } from "./support/history.ts";
import { answer, keyOf } from "./support/ledger.ts";
import { startLoad } from "./support/load.ts";
import { settleAccount } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

const [depth, rate] = [5, 30];
/** Should the server not stop a loop, the test does. */
const mostRounds = 200;
const change = (verb: "add" | "delete"): string => `mutation M($input: ${verb === "add" ? "AddAliasesInput" : "DeleteAliasesInput"}!) { result: ${verb}Aliases(input: $input) { success } }`;

describe("an automation that triggers itself", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene({ tag: "loops", ...(await databaseFor("server")), env: { BELLHOP_LOOP_DEPTH: String(depth), BELLHOP_LOOP_RATE: `${rate}/10m` } });
  });
  afterAll(() => scene.end());

  async function alter(verb: "add" | "delete", alias: string, callback?: string): Promise<void> {
    const { url, key, artifactID, entity, project, collection } = scene.place;
    const answered = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...(callback === undefined ? {} : { "x-bellhop-callback": callback }) },
      body: JSON.stringify({ query: change(verb), variables: { input: { artifactID, aliases: [{ artifactCollectionName: collection, alias, entityName: entity, projectName: project }] } }, operationName: "" }),
    });
    expect(await answered.json()).toMatchObject({ data: { result: { success: true } } });
  }

  const fired = (hook: string): number => scene.ledger.arrivals.filter((arrival) => arrival.hook === hook).length;
  async function skipped(automationId: string): Promise<string[]> {
    return list((await scene.cast.rest.ok("GET", `/executions?automation=${automationId}&status=skipped`))["items"]).map(reasonOf);
  }

  test.each([
    ["says", "loop_depth", depth, "stopped by the depth that its receiver carries on"],
    ["keeps-quiet", "loop_rate", rate, "stopped by how often it fires"],
  ])("whose receiver %s about it: %s", async (hook, reason, times, remark) => {
    const { automationId } = await scene.addHook(hook, { payload: { callback: "${callback_url}" } });
    const beside = `beside-${hook}`;
    await scene.addHook(beside);
    let failure: unknown = null;
    scene.ledger.behave((request, response, arrival) => {
      answer(200)(request, response, arrival);
      if (arrival.hook !== hook || fired(hook) > mostRounds) return;
      const again = hook === "says"
        ? alter("add", `${hook}-${String(fired(hook))}`, text(JSON.parse(arrival.body).callback))
        : alter("delete", arrival.about).then(() => alter("add", arrival.about));
      again.catch((error: unknown) => { failure = error; });
    });
    const load = startLoad(scene.place, { tag: beside, hooks: [beside], connections: 2 });
    await until("deliveries come", () => fired(beside) > 20);
    await alter("add", `${hook}-0`);
    await until("the loop is stopped", async () => (await skipped(automationId)).length > 0 || fired(hook) > mostRounds);
    await load.stop();
    expect(failure).toBeNull();
    expect([await skipped(automationId), fired(hook)]).toEqual([[reason], times]);
    // Where the same alias comes back, each time is a delivery of its own; there only what is beside the loop is counted.
    const promised = new Set([...load.promised, ...(hook === "says" ? [keyOf(hook, `${hook}-0`)] : [])]);
    await settleAccount({ family: "loops", fault: `an automation that triggers itself, ${remark}`, promised, arrivals: scene.ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), remark: `after ${times} deliveries; those beside it went on` });
  });
});
