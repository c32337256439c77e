import { eventTypes } from "../events/event-types.ts";
import type { EventSubject, EventType } from "../events/event-types.ts";

export type VariableSpec = {
  /** What stands between `${` and `}`; for a prefix, what stands before the key. */
  readonly name: string;
  readonly description: string;
  /** Event types that can give it a value; for the others it becomes the empty string. */
  readonly appliesTo: readonly EventType[];
  readonly example: string | number | readonly number[];
  /** `event`: filled from the event. `prefix`: any key may follow the name. `secret`: filled when the request is sent. */
  readonly kind: "event" | "prefix" | "secret";
};

/** The events that automations watch. Run hooks have Jinja2 templates over `run` and `callback_url` instead of these variables. */
const watched = eventTypes.filter((event) => event.family !== "run_hook");

const about = (...subjects: readonly EventSubject[]): readonly EventType[] =>
  watched.filter((event) => subjects.includes(event.subject)).map((event) => event.type);

const everyEvent = about("version", "collection", "run", "webhook");
const versionEvents = about("version");
const collectionEvents = about("version", "collection");
const runEvents = about("run");
const metricEvents: readonly EventType[] = watched.filter((event) => event.family === "run_metric").map((event) => event.type);
const webhookEvents = about("webhook");
/** A webhook belongs to a team and to no project. */
const projectEvents = about("version", "collection", "run");
const webhookFaults: readonly EventType[] = ["WEBHOOK_FAILING", "WEBHOOK_DISABLED"];
const aliasEvents: readonly EventType[] = ["ADD_ARTIFACT_ALIAS"];
const tagEvents: readonly EventType[] = ["ADD_ARTIFACT_TAG", "REMOVE_ARTIFACT_TAG", "ADD_COLLECTION_TAG", "REMOVE_COLLECTION_TAG"];

/** Every variable of a payload, in the order in which help texts list them. */
export const payloadVariables = [
  { name: "event_type", kind: "event", appliesTo: everyEvent, example: "LINK_ARTIFACT", description: "What happened" },
  { name: "event_author", kind: "event", appliesTo: everyEvent, example: "ada", description: "User who caused the event" },
  { name: "automation_name", kind: "event", appliesTo: everyEvent, example: "deploy to staging", description: "Name of the automation that fired" },
  { name: "project_name", kind: "event", appliesTo: projectEvents, example: "wandb-registry-model", description: "Project of the changed artifact, collection or run" },
  { name: "entity_name", kind: "event", appliesTo: everyEvent, example: "vision-team", description: "Entity that owns the project, or the webhook" },
  { name: "execution_id", kind: "event", appliesTo: everyEvent, example: "01890a5d-ac96-774b-bcce-b302099a8057", description: "Id of this execution, the same over all attempts" },
  { name: "callback_url", kind: "event", appliesTo: everyEvent, example: "https://bellhop.example.com/callbacks/AYkKXayWd0u8…", description: "Address to which the receiver may report what became of it, without signing in" },
  { name: "alias", kind: "event", appliesTo: aliasEvents, example: "production", description: "Alias that was added" },
  { name: "tag", kind: "event", appliesTo: tagEvents, example: "approved", description: "Tag that was added or removed" },
  { name: "artifact_collection_name", kind: "event", appliesTo: collectionEvents, example: "mnist-classifier", description: "Name of the collection" },
  { name: "artifact_version", kind: "event", appliesTo: versionEvents, example: "wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3", description: "The version, as an address of the SDK" },
  { name: "artifact_version_string", kind: "event", appliesTo: versionEvents, example: "vision-team/wandb-registry-model/mnist-classifier:production", description: "The version, as entity/project/collection:alias" },
  { name: "artifact_version_index", kind: "event", appliesTo: versionEvents, example: "v3", description: "Index of the version in its collection" },
  { name: "artifact_metadata.", kind: "prefix", appliesTo: versionEvents, example: "resnet50", description: "Value of a key in the version's metadata" },
  { name: "run_id", kind: "event", appliesTo: runEvents, example: "3mcbpzkv", description: "Id of the run" },
  { name: "run_name", kind: "event", appliesTo: runEvents, example: "swift-river-12", description: "Display name of the run" },
  { name: "run_url", kind: "event", appliesTo: runEvents, example: "https://bellhop.example.com/vision-team/mnist/runs/3mcbpzkv", description: "Page of the run" },
  { name: "run_status", kind: "event", appliesTo: runEvents, example: "FINISHED", description: "State of the run" },
  { name: "metric_name", kind: "event", appliesTo: metricEvents, example: "val_loss", description: "Name of the metric" },
  { name: "metric_values", kind: "event", appliesTo: metricEvents, example: [0.31, 0.29, 0.27], description: "Values that made the condition true" },
  { name: "metric_filter", kind: "event", appliesTo: metricEvents, example: "average of val_loss over 3 values is below 0.3", description: "The condition in words" },
  { name: "metric_filter_short", kind: "event", appliesTo: metricEvents, example: "avg(val_loss, 3) < 0.3", description: "The condition in short" },
  { name: "metric_current_status", kind: "event", appliesTo: metricEvents, example: "avg(val_loss, 3) = 0.29", description: "What the condition computed when it fired" },
  { name: "webhook_name", kind: "event", appliesTo: webhookEvents, example: "deploy", description: "Name of the webhook that the event is about" },
  { name: "webhook_status", kind: "event", appliesTo: webhookEvents, example: "failing", description: "What that webhook is now: failing, disabled or working" },
  { name: "webhook_reason", kind: "event", appliesTo: webhookFaults, example: "No complete answer came in time.", description: "Why it fails or was disabled" },
  { name: "ACCESS_TOKEN", kind: "secret", appliesTo: everyEvent, example: "••••", description: "Access token of the webhook" },
] as const satisfies readonly VariableSpec[];

export type PayloadVariable = (typeof payloadVariables)[number]["name"];

const specs: readonly VariableSpec[] = payloadVariables;
const exact: ReadonlyMap<string, VariableSpec> = new Map(specs.filter((spec) => spec.kind !== "prefix").map((spec) => [spec.name, spec]));
const prefixes: readonly VariableSpec[] = specs.filter((spec) => spec.kind === "prefix");

/** The catalogue's entry for a name as it is written, keys of `artifact_metadata.` included. */
export const findVariable = (name: string): VariableSpec | undefined =>
  exact.get(name) ?? prefixes.find((prefix) => name.startsWith(prefix.name) && name.length > prefix.name.length);

/** Whether `${name}` is a variable of ours; says nothing about secrets other than the access token. */
export const isKnownVariable = (name: string): boolean => findVariable(name) !== undefined;

/** Whether the event can give the variable a value; where it cannot, the variable becomes the empty string. */
export const variableApplies = (name: string, eventType: EventType): boolean => findVariable(name)?.appliesTo.includes(eventType) ?? false;

const secretName = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** Whether a secret may be called that: letters, digits and underscores, not a digit first, at most 255. */
export const isSecretName = (name: string): boolean => secretName.test(name);
