import { rm } from "node:fs/promises";
import type { Server } from "node:https";
import { createServer } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseFor } from "../support/database.ts";
import { list, text } from "../support/rest.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { until } from "../support/until.ts";
import type { Authority } from "./support/certificates.ts";
import { makeAuthority } from "./support/certificates.ts";
import { executionsOf, reasonOf } from "./support/history.ts";
import { startLedger } from "./support/ledger.ts";
import { addAliasSurely } from "./support/load.ts";
import { settleAccount } from "./support/oracle.ts";
import { setScene } from "./support/scene.ts";
import type { Scene } from "./support/scene.ts";

describe("a receiver whose certificate is no good", () => {
  let folder: string;
  let known: Authority;
  let unknown: Authority;
  let scene: Scene;
  beforeAll(async () => {
    folder = await temporaryFolder("fault-tls");
    known = makeAuthority(folder, "known");
    unknown = makeAuthority(folder, "unknown");
    scene = await setScene({ tag: "tls", ...(await databaseFor("server")), env: { NODE_EXTRA_CA_CERTS: known.file } });
  });
  afterAll(async () => {
    await scene.end();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ["expired", "certificate expired", () => known.issue("localhost", -1)],
    ["wrong-name", "certificate for another name", () => known.issue("elsewhere.example.com", 2)],
    ["unknown-ca", "certificate of an unknown authority", () => unknown.issue("localhost", 2)],
  ])("%s: no byte of the request is sent until it is replaced", async (hook, fault, bad) => {
    const servers: Server[] = [];
    const make = (listener: Parameters<typeof createServer>[1]): Server => {
      const server = createServer(bad(), listener);
      server.on("tlsClientError", () => undefined);
      servers.push(server);
      return server;
    };
    const ledger = await startLedger({ make, scheme: "https" });
    const { automationId } = await scene.addHook(hook, { url: ledger.urlOf(hook) });
    await addAliasSurely(scene.place, `${hook}-1`);
    const failures = async (): Promise<number> => (await executionsOf(scene.cast.rest, automationId)).flatMap(({ attempts }) => list(attempts)).filter((attempt) => reasonOf(attempt) === "tls_failure").length;
    await until("two attempts have failed", async () => (await failures()) >= 2);
    expect(ledger.arrivals).toEqual([]);
    servers[0]?.setSecureContext(known.issue("localhost", 2));
    await settleAccount({ family: "tls", fault, promised: new Set([`${hook} ${hook}-1`]), arrivals: ledger.arrivals, rest: scene.cast.rest, databaseUrl: scene.databaseUrl, overAt: performance.now(), remark: "sent once it was replaced" });
    expect(text((await executionsOf(scene.cast.rest, automationId))[0]?.["status"])).toBe("finished");
    await ledger.close();
  });
});
