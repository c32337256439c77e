import { once } from "node:events";
import { createServer } from "node:net";
import type { Config } from "./config.ts";

export type Address = { port: number; publicUrl: string };

/**
 * Where the server will listen, and the address that its links start with. Port 0 is settled here, before anything is
 * built, because the links need the number.
 */
export async function chooseAddress(config: Pick<Config, "host" | "port" | "publicUrl">): Promise<Address> {
  const port = config.port === 0 ? await freePort(config.host) : config.port;
  return { port, publicUrl: config.publicUrl ?? `http://localhost:${port}` };
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error(`No free port at ${host}.`);
  return address.port;
}
