import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { introduce } from "../support/people.ts";
import { adminKey, freePort, startServer } from "../support/server.ts";
import type { RunningServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { wandbHttp } from "../support/wandb-http.ts";
import { startLedger } from "./support/ledger.ts";
import { addAliasSurely } from "./support/load.ts";
import { settleAccount } from "./support/oracle.ts";
import { faultSettings } from "./support/scene.ts";
import { sized } from "./support/sized.ts";

const family = "first start";
const started: RunningServer[] = [];
const folders: string[] = [];
afterAll(async () => {
  for (const server of started) if (server.process.exitCode === null && server.process.signalCode === null) await server.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const made = await temporaryFolder("fault-start");
  folders.push(made);
  return made;
}

describe("two servers that are started at once", () => {
  test("on an empty PostgreSQL database: both come up, one schema and one administrator, and both deliver", async () => {
    const ledger = await startLedger();
    const promised = new Set<string>();
    let last: { rest: Awaited<ReturnType<typeof introduce>>["rest"]; databaseUrl: string | undefined } | undefined;
    for (let times = 0; times < sized(3, 20); times += 1) {
      const { databaseUrl } = await databaseFor("server");
      const env = { ...faultSettings, BELLHOP_SECRET_KEY: randomBytes(32).toString("base64") };
      const one = async (): Promise<RunningServer> => startServer({ dataDir: await folder(), port: await freePort(), ...(databaseUrl === undefined ? {} : { databaseUrl }), env });
      const pair = await Promise.all([one(), one()]);
      started.push(...pair);
      const [first, second] = pair;
      const cast = await introduce({ url: first.url, adminKey, tag: `start-${times}`, receiverUrl: ledger.urlOf("start") });
      const where = { entity: cast.team, project: "faults" };
      const artifactID = await wandbHttp(first.url, cast.key).logArtifact({ ...where, name: "model", type: "model", files: { "a.txt": Buffer.from("a") } });
      await cast.rest.ok("POST", "/automations", {
        name: "start", scope: { type: "collection", ...where, collection: "model" }, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "webhook", webhook: cast.webhook.name, payload: { about: "${alias}" } },
      });
      for (const [index, { url }] of [first, second].entries()) {
        await addAliasSurely({ url, key: cast.key, artifactID, ...where, collection: "model" }, `start-${times}-${index}`);
        promised.add(`start start-${times}-${index}`);
      }
      last = { rest: cast.rest, databaseUrl };
      if (times + 1 < sized(3, 20)) for (const server of pair) expect(await server.stop()).toBe(0);
    }
    if (last === undefined) throw new Error("nothing was started");
    await settleAccount({ family, fault: "two servers started at once on an empty database", promised, arrivals: ledger.arrivals, ...last, overAt: performance.now(), remark: `${sized(3, 20)} times` });
    await ledger.close();
  });

  test("on one data folder: one comes up, the other says why it does not", async () => {
    const dataDir = await folder();
    const ends = await Promise.allSettled([0, 1].map(async () => startServer({ dataDir, port: await freePort(), env: faultSettings })));
    const up = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
    started.push(...up);
    expect(up).toHaveLength(1);
    expect(ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : [])).join()).toMatch(/in use|another|already/i);
    expect((await fetch(`${up[0]?.url ?? ""}/readyz`)).status).toBe(200);
  });
});
