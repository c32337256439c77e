import { randomBytes } from "node:crypto";
import type { Cast } from "../support/people.ts";
import { list, text } from "../support/rest.ts";
import { wandbHttp } from "../support/wandb-http.ts";
import type { WandbHttp } from "../support/wandb-http.ts";

type Scene = { url: string; cast: Cast; tell(line: string): void };

const project = "story";
const collection = "llm-models";
const megabytes = 100;

/** The story as the SDK would tell it, in the words of its wire protocol; gives the automation's id. */
export async function playOverHttp(scene: Scene): Promise<string> {
  const client = wandbHttp(scene.url, scene.cast.key);
  await playRun(scene, client);
  const artifactID = await playArtifact(scene, client);
  const target = { artifactID, entity: scene.cast.org, project: "wandb-registry-model", collection };
  await client.link(target);
  scene.tell(`it is linked into ${target.entity}/${target.project}/${collection}`);
  const automation = await createAutomation(scene, client);
  const { status, body } = await client.addAlias({ ...target, alias: "production" });
  if (status !== 200 || body["errors"]) throw new Error(`the alias was refused: ${JSON.stringify(body)}`);
  scene.tell("production is on the linked version");
  return automation;
}

async function playRun({ url, cast, tell }: Scene, client: WandbHttp): Promise<void> {
  const name = `run-${randomBytes(4).toString("hex")}`;
  const upsert = `mutation UpsertBucket($name: String, $project: String, $entity: String, $config: JSONString) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity, config: $config}) { bucket { id } inserted } }`;
  await client.data(upsert, { name, project, entity: cast.team, config: JSON.stringify({ learning_rate: { value: 0.001 } }) });
  const history = Array.from({ length: 300 }, (_, step) => (step === 7 ? `{"_step":7,"loss":NaN}` : JSON.stringify({ _step: step, loss: 1 / (step + 1), eval: { acc: step / 300 } })));
  const stream = await fetch(`${url}/files/${cast.team}/${project}/${name}/file_stream`, {
    method: "POST",
    headers: { authorization: `Bearer ${cast.key}`, "content-type": "application/json" },
    body: JSON.stringify({ files: { "wandb-history.jsonl": { offset: 0, content: history }, "wandb-summary.json": { offset: 0, content: [history.at(-1)] } }, complete: true, exitcode: 0 }),
  });
  if (!stream.ok) throw new Error(`the file stream answered ${stream.status}: ${await stream.text()}`);
  const state = await client.data(`query RunState($project: String!, $entity: String!, $name: String!) { project(name: $project, entityName: $entity) { run(name: $name) { state historyLineCount } } }`, { project, entity: cast.team, name });
  const run = state["project"]?.["run"];
  if (text(run?.["state"]) !== "finished" || text(run?.["historyLineCount"]) !== "300") throw new Error(`the run is not as it was logged: ${JSON.stringify(run)}`);
  tell(`a run of 300 steps is finished: ${name}`);
}

async function playArtifact({ cast, tell }: Scene, client: WandbHttp): Promise<string> {
  const files = { "big.bin": randomBytes(megabytes << 20), "notes.md": Buffer.from("# a model\n") };
  const artifact = { entity: cast.team, project, name: "story-model", type: "model", metadata: { model_type: "resnet50" }, files };
  const id = await client.logArtifact(artifact);
  if ((await client.logArtifact(artifact)) !== id) throw new Error("identical content made a new version");
  tell(`a version with a file of ${megabytes} MB is logged; the same content again makes no new one`);
  return id;
}

async function createAutomation({ cast, tell }: Scene, client: WandbHttp): Promise<string> {
  const integrations = await client.data(`query IntegrationsByEntity($entity: String!) { entity(name: $entity) { integrations(first: 50) { edges { node { __typename ... on GenericWebhookIntegration { id name urlEndpoint } } } } } }`, { entity: cast.team });
  const integration = list(integrations["entity"]?.["integrations"]?.["edges"])[0]?.["node"];
  const scope = await client.data(`query C($entity: String!, $project: String!, $type: String!, $name: String!) { project(entityName: $entity, name: $project) { artifactType(name: $type) { artifactCollection(name: $name) { __typename id name } } } }`, { entity: cast.org, project: "wandb-registry-model", type: "model", name: collection });
  const payload = { event_type: "DEPLOY_MODEL", model_info: { artifact_version: "${artifact_version_string}", author: "${event_author}", event_type: "${event_type}" } };
  const created = await client.data(`mutation CreateAutomation($input: CreateFilterTriggerInput!) { result: createFilterTrigger(input: $input) { trigger { id name } } }`, {
    input: {
      name: "production-deployment-trigger", enabled: true, scopeType: "ARTIFACT_COLLECTION", scopeID: scope["project"]?.["artifactType"]?.["artifactCollection"]?.["id"],
      triggeringEventType: "ADD_ARTIFACT_ALIAS", eventFilter: JSON.stringify({ $or: [{ $and: [{ alias: { $eq: "production" } }] }] }),
      triggeredActionType: "GENERIC_WEBHOOK", triggeredActionConfig: { genericWebhookActionInput: { integrationID: integration?.["id"], requestPayload: JSON.stringify(payload) } },
    },
  });
  tell("an automation waits for production on that collection");
  return text(created["result"]?.["trigger"]?.["id"]);
}
