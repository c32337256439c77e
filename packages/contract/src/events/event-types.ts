/** Where an automation may stand that watches an event; `run` is a hook that a script attached to its own run. */
export type EventScope = "collection" | "project" | "registry" | "team" | "organization" | "run";

/** Events of one family are filtered in the same way. */
export type EventFamily = "mutation" | "run_metric" | "run_state" | "run_hook" | "webhook";

/** What the event is about, and so which variables it can fill. */
export type EventSubject = "version" | "collection" | "run" | "webhook";

export type EventTypeSpec = {
  /** The name on the wire. */
  readonly type: string;
  /** What `${event_type}` becomes; differs from the wire name only where the wire kept an old word. */
  readonly friendlyName: string;
  readonly title: string;
  /** Completes "Raised when …". */
  readonly description: string;
  readonly family: EventFamily;
  readonly subject: EventSubject;
  readonly scopes: readonly EventScope[];
};

const everyArtifactScope = ["project", "registry", "collection", "team", "organization"] as const;
const runScopes = ["project", "team", "organization"] as const;
const webhookScopes = ["team", "organization"] as const;
const hookScopes = ["run"] as const;

/** Every event type there is. Which of them a server supports is decided by the server. */
export const eventTypes = [
  {
    type: "CREATE_ARTIFACT", friendlyName: "CREATE_ARTIFACT", title: "A version is created",
    description: "a new artifact version is committed (the same content again makes no new version); in a registry, when a version becomes a member of one of its collections",
    family: "mutation", subject: "version", scopes: ["collection", "project", "registry"],
  },
  {
    type: "LINK_MODEL", friendlyName: "LINK_ARTIFACT", title: "A version is linked",
    description: "an artifact version is linked into a collection",
    family: "mutation", subject: "version", scopes: everyArtifactScope,
  },
  {
    type: "UNLINK_ARTIFACT", friendlyName: "UNLINK_ARTIFACT", title: "A version is unlinked",
    description: "an artifact version is unlinked from a collection",
    family: "mutation", subject: "version", scopes: everyArtifactScope,
  },
  {
    type: "ADD_ARTIFACT_ALIAS", friendlyName: "ADD_ARTIFACT_ALIAS", title: "An alias is added",
    description: "an alias is newly put on a version, also when it moves there from another one; `latest` counts",
    family: "mutation", subject: "version", scopes: everyArtifactScope,
  },
  {
    type: "ADD_ARTIFACT_TAG", friendlyName: "ADD_ARTIFACT_TAG", title: "A version is tagged",
    description: "a tag is added to an artifact version",
    family: "mutation", subject: "version", scopes: everyArtifactScope,
  },
  {
    type: "REMOVE_ARTIFACT_TAG", friendlyName: "REMOVE_ARTIFACT_TAG", title: "A version's tag is removed",
    description: "a tag is removed from an artifact version",
    family: "mutation", subject: "version", scopes: everyArtifactScope,
  },
  {
    type: "ADD_COLLECTION_TAG", friendlyName: "ADD_COLLECTION_TAG", title: "A collection is tagged",
    description: "a tag is added to a collection",
    family: "mutation", subject: "collection", scopes: everyArtifactScope,
  },
  {
    type: "REMOVE_COLLECTION_TAG", friendlyName: "REMOVE_COLLECTION_TAG", title: "A collection's tag is removed",
    description: "a tag is removed from a collection",
    family: "mutation", subject: "collection", scopes: everyArtifactScope,
  },
  {
    type: "RUN_METRIC", friendlyName: "RUN_METRIC", title: "A metric crosses a threshold",
    description: "a logged value makes the threshold condition true",
    family: "run_metric", subject: "run", scopes: runScopes,
  },
  {
    type: "RUN_METRIC_CHANGE", friendlyName: "RUN_METRIC_CHANGE", title: "A metric changes",
    description: "a logged value makes the change condition true",
    family: "run_metric", subject: "run", scopes: runScopes,
  },
  {
    type: "RUN_METRIC_ZSCORE", friendlyName: "RUN_METRIC_ZSCORE", title: "A metric is out of line",
    description: "a logged value deviates from the values before it by as many standard deviations as the condition says",
    family: "run_metric", subject: "run", scopes: runScopes,
  },
  {
    type: "RUN_STATE", friendlyName: "RUN_STATE", title: "A run changes state",
    description: "a run enters RUNNING, FINISHED or FAILED; a crash counts as FAILED, a killed run raises nothing",
    family: "run_state", subject: "run", scopes: runScopes,
  },
  {
    type: "WEBHOOK_FAILING", friendlyName: "WEBHOOK_FAILING", title: "A webhook fails",
    description: "the last attempts to call a webhook all failed, and its circuit breaker opens: deliveries wait",
    family: "webhook", subject: "webhook", scopes: webhookScopes,
  },
  {
    type: "WEBHOOK_DISABLED", friendlyName: "WEBHOOK_DISABLED", title: "A webhook is disabled",
    description: "the server disables a webhook: its receiver answered 410, or gave nothing but failures for days",
    family: "webhook", subject: "webhook", scopes: webhookScopes,
  },
  {
    type: "WEBHOOK_RECOVERED", friendlyName: "WEBHOOK_RECOVERED", title: "A webhook works again",
    description: "an attempt gets through to a webhook whose circuit breaker was open",
    family: "webhook", subject: "webhook", scopes: webhookScopes,
  },
  {
    type: "RUN_CREATED", friendlyName: "RUN_CREATED", title: "The run is created",
    description: "the run is stored for the first time",
    family: "run_hook", subject: "run", scopes: hookScopes,
  },
  {
    type: "RUN_RUNNING", friendlyName: "RUN_RUNNING", title: "The run is running",
    description: "the run begins to run: once per start, also when it is resumed, and not with each report",
    family: "run_hook", subject: "run", scopes: hookScopes,
  },
  {
    type: "RUN_RESUMED", friendlyName: "RUN_RESUMED", title: "The run is resumed",
    description: "the run goes on after it had ended, or was thought lost",
    family: "run_hook", subject: "run", scopes: hookScopes,
  },
  {
    type: "RUN_FINISHED", friendlyName: "RUN_FINISHED", title: "The run is finished",
    description: "the run ends with exit code 0",
    family: "run_hook", subject: "run", scopes: hookScopes,
  },
  {
    type: "RUN_FAILED", friendlyName: "RUN_FAILED", title: "The run failed",
    description: "the run ends with another exit code, or crashes",
    family: "run_hook", subject: "run", scopes: hookScopes,
  },
] as const satisfies readonly EventTypeSpec[];

type Listed = (typeof eventTypes)[number];

export type EventType = Listed["type"];

/** The event types of one family, as in `EventTypeOf<"mutation">`. */
export type EventTypeOf<Family extends EventFamily> = Extract<Listed, { family: Family }>["type"];

/** An entry of the list above: an EventTypeSpec whose name is known to be one of ours. */
export type KnownEventType = EventTypeSpec & { readonly type: EventType };

const byType: ReadonlyMap<string, KnownEventType> = new Map(eventTypes.map((spec) => [spec.type, spec]));

/** The entry of an event type by its wire name; undefined for a name that is not ours. */
export const findEventType = (type: string): KnownEventType | undefined => byType.get(type);
