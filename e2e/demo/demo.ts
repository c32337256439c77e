// npm run demo: plays the main job by itself, on a data folder of its own, and shows what arrived.
import { createHmac } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { introduceDemo, signingSecret } from "./cast.ts";
import { findSdk } from "./find-sdk.ts";
import { playOverHttp } from "./play-over-http.ts";
import { play } from "../support/sdk.ts";
import type { Received } from "../support/receiver.ts";
import { startReceiver } from "../support/receiver.ts";
import { freePort, root, startServer } from "../support/server.ts";
import { list, text } from "../support/rest.ts";
import { until } from "../support/until.ts";
import { readOrMakeKey } from "./admin-key.ts";

const once = process.argv.includes("--once");
const tell = (line: string): void => console.log(`  ✓ ${line}`);

const dataDir = join(root, ".bellhop", "demo");
mkdirSync(dataDir, { recursive: true });
const adminKey = readOrMakeKey(dataDir);
const sdk = findSdk();
const receiver = await startReceiver();
const server = await startServer({ dataDir, port: await freePort(), env: { BELLHOP_ADMIN_API_KEY: adminKey } });
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => server.process.kill("SIGTERM"));
console.log(`\nThe server runs at ${server.url}, a webhook receiver at ${receiver.url}.`);
console.log(sdk === null ? "Python with wandb is not at hand: the story is played over HTTP.\n" : `The story is played by the real wandb ${sdk.version}.\n`);

const story = await tellStory();
if (story.ok) {
  console.log(`\nThe request that arrived:\n\n${show(story.request)}\n`);
  console.log(`Its X-Wandb-Signature ${story.verified ? "verifies" : "DOES NOT VERIFY"} with the webhook's secret.`);
} else console.error(`\nThe story broke: ${story.why}\n${server.output()}`);

const well = story.ok && story.verified;
if (once || !well) {
  const code = await server.stop();
  await receiver.close();
  process.exit(well && code === 0 ? 0 : 1);
}
console.log(`\nThe server goes on at ${server.url}; its administrator's API key is ${adminKey}. Ctrl-C stops it.`);
server.process.on("exit", (code) => process.exit(code ?? 1));
process.on("SIGINT", () => void server.stop());

type Story = { ok: true; request: Received; verified: boolean } | { ok: false; why: string };

async function tellStory(): Promise<Story> {
  try {
    const cast = await introduceDemo(server.url, adminKey, receiver.url);
    tell(`team ${cast.team} of ${cast.org} has two secrets and the webhook ${cast.webhook.name}`);
    const automation = sdk === null
      ? await playOverHttp({ url: server.url, cast, tell })
      : await play(sdk, { url: server.url, cast, bigFileMb: 100, chapters: ["login", "run", "failing", "offline", "resume", "artifact", "link", "automation", "promote"], tell }).then((facts) => facts["automation"] ?? "");
    const [request] = await until("the webhook is called", () => (receiver.received.length > 0 ? receiver.received : null));
    if (request === undefined) return { ok: false, why: "no request arrived" };
    tell("the webhook was called");
    const history = await until("the history has it", async () => {
      const found = await cast.rest.ok("GET", `/executions?automation=${automation}&status=finished`);
      return list(found["items"]).length > 0 ? found : null;
    });
    tell(`the history has it: execution ${text(list(history["items"])[0]?.["id"])} is ${text(list(history["items"])[0]?.["status"])}`);
    const signature = createHmac("sha256", signingSecret).update(request.body).digest("base64");
    return { ok: true, request, verified: signature === request.headers["x-wandb-signature"] };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

function show(request: Received): string {
  const shown = ["authorization", "content-type", "user-agent", "x-wandb-signature", "webhook-id", "webhook-timestamp", "webhook-signature"];
  const headers = shown.map((name) => `    ${name}: ${request.headers[name] ?? "(none)"}`);
  const body = JSON.stringify(JSON.parse(request.body), null, 2).split("\n").map((line) => `    ${line}`);
  return [`    ${request.method} ${new URL(receiver.url).pathname}`, ...headers, "", ...body].join("\n");
}
