import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { accuracyHooks, automationBlocks, automationPage, trainingScript, withoutBlocks } from "./seeds/page.ts";
import { factsOf, runPython } from "./support/python.ts";
import type { Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import type { Json, Rest } from "./support/rest.ts";
import { list, rest, text } from "./support/rest.ts";
import type { Sdk } from "./support/python.ts";
import { adminKey, freePort, root, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";

const seeds = join(root, "e2e", "seeds");

describe("the copies of the pages' Python", () => {
  test("say word for word what the page says, and leave none of its Python out", () => {
    const rest = withoutBlocks(automationPage(), automationBlocks().map((block) => block.text));
    expect(rest, "a copy differs from the page").not.toBeNull();
    const python = /^(import \w|from \w[\w.]* import|def \w|for \w+ in .*:$|if .*:$|else:$|try:$|except\b|print\(|[a-z_]+ = |\w+\.\w+\()/;
    expect(rest?.filter((line) => python.test(line))).toEqual([]);
  });
});

test("the package was given to this run", () => {
  expect(inject("completedSdks").map(({ version }) => version)).toEqual(inject("sdks").map(({ version }) => version));
});

/** The team of the page, with webhooks whose names and addresses are those that its code looks for. */
async function introduceTeam(url: string, receiver: Receiver): Promise<{ user: string; key: string; rest: Rest }> {
  const admin = rest(url, adminKey);
  const created = await admin.ok("POST", "/users", { username: "ada", email: "ada@example.com" });
  const key = text(created["apiKey"]);
  await admin.ok("POST", "/organizations", { name: "acme" });
  await admin.ok("PUT", "/organizations/acme/members/ada", { role: "admin" });
  for (const team of ["my-team", "your-team"]) {
    await admin.ok("POST", "/organizations/acme/teams", { name: team });
    await admin.ok("PUT", `/teams/${team}/members/ada`, { role: "admin" });
  }
  const own = rest(url, key);
  for (const name of ["ACCESS", "SIGNING", "DEPLOY_TOKEN"]) await own.ok("PUT", `/teams/my-team/secrets/${name}`, { value: `value-of-${name}-0123456789` });
  const at = (path: string): string => new URL(path, receiver.url).href;
  const webhook = (team: string, name: string, path: string, more = {}): Promise<Json> => own.ok("POST", `/teams/${team}/webhooks`, { name, url: at(path), ...more });
  await webhook("your-team", "notify", "/notify");
  await webhook("my-team", "deployment-webhook", "/deploy", { accessToken: "ACCESS" });
  await webhook("my-team", "experiment-tracker", "/experiments");
  await webhook("my-team", "github-dispatch", "/api.github.com/repos/acme/models/dispatches", { secret: "SIGNING", secrets: ["DEPLOY_TOKEN"] });
  await webhook("my-team", "production", "/production");
  await webhook("my-team", "staging", "/staging");
  await webhook("my-team", "sync", "/tracking-system/models");
  return { user: "ada", key, rest: own };
}

describe.each(inject("completedSdks"))("the pages' Python, as it stands, with wandb $version and the package", (sdk) => {
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;
  let team: Awaited<ReturnType<typeof introduceTeam>>;
  const play = (which: Sdk, ...chapters: string[]): Promise<string> => runPython(which, [join(seeds, "play.py"), ...chapters], { url: server.url, key: team.key });
  const told = (): Json[] => receiver.received.map(({ body }) => JSON.parse(body));

  beforeAll(async () => {
    dataDir = await temporaryFolder("seeds");
    server = await startServer({ dataDir, port: await freePort() });
    receiver = await startReceiver();
    team = await introduceTeam(server.url, receiver);
  });
  afterAll(async () => {
    await receiver.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  test("every block of the page on webhook automations runs, in order", async () => {
    const output = await play(sdk, "prepare", "blocks", "listed");
    expect(output).toContain("✅ Found 1 webhook integration(s):");
    expect(output).toContain("Webhook: github-dispatch");
    expect(output).toContain("✓ Has 2 secret(s) configured");
    expect(output).toContain("Use ${DEPLOY_TOKEN} in payload to access secret 'DEPLOY_TOKEN'");
    expect(output).toContain("Successfully created: validated-webhook-automation");
    const facts = factsOf(output);
    expect(facts["capabilities"]).toEqual({ event: "model_ready", model: "${artifact_version_string}", auth: "${ACCESS_TOKEN}" });
    const made = facts["automations"] ?? {};
    expect(Object.fromEntries(Object.entries(made).map(([name, automation]) => [name, text(automation?.["event"])]))).toEqual({
      "production-deployment-trigger": "ADD_ARTIFACT_ALIAS",
      "external-tracking-sync": "CREATE_ARTIFACT",
      "high-performance-model-review": "RUN_METRIC",
      "experiment-completion-tracker": "RUN_METRIC",
      "my-webhook-automation": "ADD_ARTIFACT_ALIAS",
      "no webhook": "ADD_ARTIFACT_ALIAS",
      "staging-deployment": "RUN_METRIC",
      "production-deployment": "RUN_METRIC",
      "validated-webhook-automation": "RUN_METRIC",
    });
    expect(made["my-webhook-automation"]?.["payload"]).toEqual({ updated: "${artifact_version_string}" });
    expect(made["staging-deployment"]?.["payload"]).toBeNull();
  });

  test("production on the model in the team's registry calls the webhook with the page's payload", async () => {
    await play(sdk, "promote");
    await until("the deployment arrives", () => told().some((body) => text(body["event_type"]) === "DEPLOY_MODEL"));
    expect(told().find((body) => text(body["event_type"]) === "DEPLOY_MODEL")).toEqual({
      event_type: "DEPLOY_MODEL",
      model_info: { artifact_version: "my-team/model-registry/llm-models:production", collection: "llm-models", entity: "my-team", project: "model-registry", author: "ada", event_type: "ADD_ARTIFACT_ALIAS" },
      deployment_config: { environment: "production", auto_scale: true, min_replicas: 2 },
    });
  });

  test("a new version in the registry is told to the tracking system", async () => {
    await play(sdk, "register");
    const synced = await until("the version is told", () => told().find((body) => text(body["source"]) === "wandb_registry"));
    expect(synced).toEqual({
      action: "register_model",
      artifact: { id: expect.stringMatching(/^wandb-artifact:\/\/_id\//), name: "llm-models", metadata: "diffusion", created_by: "ada" },
      source: "wandb_registry",
    });
  });

  test("the same is done with a registry of the organization, and a version in it is told", async () => {
    await play(sdk, "registries");
    await until("the version is told", () => told().some((body) => text(body["shared"]) === "acme/wandb-registry-model/shared-models:v1"));
  });

  test("a run that is good by both metrics, and no other, asks for a review", async () => {
    await play(sdk, "train");
    const ready = (): Json[] => told().filter((body) => text(body["event_type"]) === "MODEL_READY_FOR_REVIEW");
    await until("the review is asked for", () => ready().length > 0);
    const { items } = await team.rest.ok("GET", "/executions?status=finished");
    const runs = list(items).filter(({ automation }) => text(automation?.["name"]) === "high-performance-model-review").map(({ event }) => text(event?.["run"]?.["id"]));
    expect(runs).toEqual(["good"]);
    expect(ready()).toHaveLength(1);
  });

  test("the SDK without the package lists and renames the automation over two metrics, and both conditions stay", async () => {
    const plain = inject("sdks").find(({ version }) => version === sdk.version);
    if (plain === undefined) throw new Error("no SDK");
    const facts = factsOf(await play(plain, "rename"));
    expect(text(facts["completed"])).toBe("false");
    expect(text(facts["after"])).toBe(text(facts["before"]));
    expect(text(facts["after"])).toContain("val_accuracy");
    expect(text(facts["after"])).toContain("val_loss");
  });

  /** The script with its receiver on this machine: the one thing that a test must change, in a line that does not name wandb. */
  async function runWithReceiver(source: string, asked: string): Promise<string> {
    expect(source.split("\n").filter((line) => line.includes(asked)).map((line) => line.trim())).toEqual([`url="${asked}",`]);
    const script = join(dataDir, "train.py");
    await writeFile(script, source.replace(asked, new URL(new URL(asked).pathname, receiver.url).href));
    return runPython(sdk, [script], { url: server.url, key: team.key, env: { PYTHONPATH: join(seeds, "stand-ins") } });
  }
  const readRun = async (): Promise<Json> =>
    factsOf(await runPython(sdk, ["-c", "import json, wandb; run = wandb.Api().runs('ada/webhook-demo')[0]; print('FACT ' + json.dumps({'id': run.id, 'config': dict(run.config), 'state': run.state}))"], { url: server.url, key: team.key }));

  test("the training script of the page on run hooks runs, and the page's request arrives", async () => {
    const output = await runWithReceiver(trainingScript(), "https://example.com/my-webhook-receiver");
    expect(output).toContain("Epoch [3/3], Step [100/100]");
    expect(output, "our own server is not warned of").not.toContain("bellhop:");
    const run = await readRun();
    expect(text(run["state"])).toBe("finished");
    expect(run["config"]).toMatchObject({
      learning_rate: 0.001, epochs: 3, batch_size: 64,
      _hooks: [{ run_state: "finished", url: new URL("/my-webhook-receiver", receiver.url).href, method: "POST", body: '{"event": "wandb_run_finished", "run_id": "{{run.id}}", "project": "{{run.project.name}}", "run_url": "{{run.url}}"}' }],
    });
    const arrived = await until("the request arrives", () => told().find((body) => text(body["event"]) === "wandb_run_finished"));
    expect(arrived).toEqual({ event: "wandb_run_finished", run_id: text(run["id"]), project: "webhook-demo", run_url: `${server.url}/ada/webhook-demo/runs/${text(run["id"])}` });
  });

  test("the page's other hook sends the run's accuracy", async () => {
    const script = `import wandb\n${accuracyHooks()}\nrun = wandb.init(project="webhook-demo", id="accurate", hooks=hooks)\nrun.log({"accuracy": 0.9731})\nrun.finish()\n`;
    await runWithReceiver(script, "https://example.com/notify-accuracy");
    await until("the accuracy arrives", () => told().find((body) => text(body["run_id"]) === "accurate" && text(body["final_accuracy"]) === "0.9731"));
  });
});
