import { hostname } from "node:os";
import { pino } from "pino";
import type { App } from "./app.ts";
import { startApp } from "./app.ts";
import { rotateKey } from "./app-rotate-key.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { welcome } from "./welcome.ts";

/** Exit codes: 0 stopped as told, 1 could not start or broke, 2 the settings are not valid. */
const exit = { stopped: 0, failed: 1, settings: 2 } as const;

/** How long deliveries that are under way may take after the server was told to stop. */
const graceMs = 30_000;

const result = readConfig(process.env);
if (!result.ok) {
  for (const problem of result.problems) console.error(`bellhop: ${problem}`);
  process.exit(exit.settings);
}
for (const warning of result.warnings) console.error(`bellhop: ${warning}`);
const log = pino({ level: result.config.logLevel, base: { host: hostname(), pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
await obey(process.argv.slice(2), result.config);

/** Without a command it serves; `keys rotate` is the only one. */
async function obey(words: readonly string[], config: Config): Promise<void> {
  const command = words.join(" ");
  if (command === "") return run(config);
  if (command === "keys rotate") process.exit(await rotate(config));
  console.error(`bellhop: there is no command "${command}"; there is "keys rotate", and without a command the server starts`);
  process.exit(exit.settings);
}

async function rotate(config: Config): Promise<number> {
  try {
    const { rewrapped, unreadable, keyId, then } = await rotateKey(config, log);
    console.log(`${rewrapped} data keys were wrapped with the key ${keyId}. ${then}`);
    for (const id of unreadable) console.error(`bellhop: secret ${id} can't be read with any key at hand`);
    return unreadable.length === 0 ? exit.stopped : exit.failed;
  } catch (error) {
    console.error(`bellhop: cannot rotate the key: ${error instanceof Error ? error.message : String(error)}`);
    return exit.failed;
  }
}

async function run(config: Config): Promise<void> {
  const app = await startOrLeave(config);
  let leaving = false;
  const leave = async (code: number, why: string): Promise<void> => {
    // A second signal means now: deliveries under way are tried again by the next start.
    if (leaving) process.exit(exit.failed);
    leaving = true;
    log.info({ why }, "stopping");
    await app.stop(graceMs);
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void leave(exit.stopped, signal));
  void app.broken.then((reason) => leave(exit.failed, reason));
  console.log(welcome(app));
}

async function startOrLeave(config: Config): Promise<App> {
  try {
    return await startApp({ config, log });
  } catch (error) {
    log.error({ err: error }, "cannot start");
    console.error(`bellhop: cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(exit.failed);
  }
}
