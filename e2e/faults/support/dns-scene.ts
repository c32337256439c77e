/**
 * Runs inside network and mount namespaces of its own: public and private addresses lie on `lo`, /etc/resolv.conf names
 * the scripted name server, and the real server knows nothing of it. Prints what happened as one line of JSON.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { list } from "../../support/rest.ts";
import { until } from "../../support/until.ts";
import type { Row } from "./account.ts";
import { drawAccount } from "./account.ts";
import { executionsOf, reasonOf } from "./history.ts";
import { startLedger } from "./ledger.ts";
import { addAliasSurely } from "./load.ts";
import { startNameServer } from "./name-server.ts";
import type { Zone } from "./name-server.ts";
import { setScene } from "./scene.ts";

const good = ["93.184.216.34"];
const canaries = ["10.0.0.1", "169.254.169.254", "127.0.0.1"];
const faults: Record<string, { fault: string; answer: readonly string[] | "nxdomain" | "servfail" | "silent" }> = {
  unknown: { fault: "NXDOMAIN", answer: "nxdomain" },
  failing: { fault: "SERVFAIL", answer: "servfail" },
  silent: { fault: "no answer", answer: "silent" },
  empty: { fault: "no address", answer: [] },
  private: { fault: "rebinding to a private address", answer: ["10.0.0.1"] },
  metadata: { fault: "rebinding to the metadata address", answer: ["169.254.169.254"] },
  loopback: { fault: "rebinding to loopback", answer: ["127.0.0.1"] },
  mixed: { fault: "rebinding to a public and a private address", answer: ["93.184.216.34", "10.0.0.1"] },
};

export type DnsReport = { rows: Row[]; reasons: Record<string, string[]>; canaryConnections: number };

const hostOf = (hook: string): string => `${hook}.example.com`;
const zone: Zone = new Map([...Object.keys(faults), "unused"].map((hook) => [hostOf(hook), good]));
await startNameServer(zone, 53);
const ledger = await startLedger({ host: good[0] ?? "" });
let canaryConnections = 0;
for (const address of canaries) {
  const canary = createServer((socket) => {
    canaryConnections += 1;
    socket.destroy();
  });
  canary.listen(ledger.port, address);
  await once(canary, "listening");
}

const scene = await setScene({ tag: "dns", ledger: { ...ledger, urlOf: (hook) => `http://${hostOf(hook)}:${String(ledger.port)}/${hook}` } });
const automations = new Map<string, string>();
for (const hook of Object.keys(faults)) automations.set(hook, (await scene.addHook(hook)).automationId);
for (const [hook, { answer }] of Object.entries(faults)) zone.set(hostOf(hook), answer);
for (const hook of Object.keys(faults)) await addAliasSurely(scene.place, `${hook}-1`);

const reasonsOf = async (hook: string): Promise<string[]> => (await executionsOf(scene.cast.rest, automations.get(hook) ?? "")).flatMap(({ attempts }) => list(attempts).map(reasonOf));
const reasons: Record<string, string[]> = {};
for (const hook of Object.keys(faults)) {
  await until(`two attempts to ${hook} have failed`, async () => (await reasonsOf(hook)).length >= 2);
  reasons[hook] = [...new Set(await reasonsOf(hook))];
}
for (const hook of Object.keys(faults)) zone.set(hostOf(hook), good);
const overAt = performance.now();
const rows: Row[] = [];
for (const [hook, { fault }] of Object.entries(faults)) {
  rows.push(await drawAccount({ family: "dns", fault: `name server: ${fault}`, promised: new Set([`${hook} ${hook}-1`]), arrivals: ledger.arrivals, rest: scene.cast.rest, overAt }));
}
await scene.end();
console.log(JSON.stringify({ rows, reasons, canaryConnections } satisfies DnsReport));
process.exit(0);
