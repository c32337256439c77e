import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporary.ts";
import type { DnsReport } from "./support/dns-scene.ts";
import { expectClean, recordSkipped } from "./support/oracle.ts";

const addresses = ["93.184.216.34", "10.0.0.1", "169.254.169.254"];

test("a name server that fails, is silent or lies costs no delivery, and opens no private address", async () => {
  if (process.getuid?.() !== 0 || process.platform !== "linux") return recordSkipped("dns", "name server: NXDOMAIN, SERVFAIL, no answer, rebinding", "needs root, for network and mount namespaces");
  const folder = await temporaryFolder("fault-dns");
  const resolv = join(folder, "resolv.conf");
  await writeFile(resolv, "nameserver 127.0.0.1\n");
  const setUp = ["ip link set lo up", ...addresses.map((address) => `ip addr add ${address}/32 dev lo`), `mount --bind ${resolv} /etc/resolv.conf`, `exec "${process.execPath}" "${join(import.meta.dirname, "support/dns-scene.ts")}"`].join(" && ");
  const child = spawn("unshare", ["-nm", "sh", "-c", setUp], { stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (data) => { output += String(data); });
  child.stderr.on("data", (data) => { errors += String(data); });
  const [code] = await once(child, "close");
  await rm(folder, { recursive: true, force: true });
  expect(code, errors).toBe(0);
  const report: DnsReport = JSON.parse(output);
  for (const row of report.rows) expectClean(row);
  expect(report.canaryConnections, "no private address is ever dialled").toBe(0);
  const { silent = [], ...reasons } = report.reasons;
  expect(["dns_failure", "timeout"], "whichever of the two deadlines comes first").toEqual(expect.arrayContaining(silent));
  expect(reasons).toEqual({
    unknown: ["dns_failure"],
    failing: ["dns_failure"],
    empty: ["dns_failure"],
    private: ["endpoint_not_allowed"],
    metadata: ["endpoint_not_allowed"],
    loopback: ["endpoint_not_allowed"],
    mixed: ["endpoint_not_allowed"],
  });
});
