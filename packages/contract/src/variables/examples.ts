import { findEventType } from "../events/event-types.ts";
import type { EventType } from "../events/event-types.ts";
import { findVariable, variableApplies } from "./variables.ts";
import type { VariableSpec } from "./variables.ts";

type Example = VariableSpec["example"];

const ofRun = { project_name: "mnist" };
const versionName = "vision-team/wandb-registry-model/mnist-classifier";
const withoutAlias = { artifact_version_string: `${versionName}:v3` };

/** Where the one example of a variable would not be true of an event. */
const special: Readonly<Partial<Record<EventType, Readonly<Record<string, Example>>>>> = {
  CREATE_ARTIFACT: withoutAlias,
  LINK_MODEL: withoutAlias,
  UNLINK_ARTIFACT: withoutAlias,
  ADD_ARTIFACT_TAG: withoutAlias,
  REMOVE_ARTIFACT_TAG: withoutAlias,
  RUN_METRIC: { ...ofRun, run_status: "RUNNING" },
  RUN_METRIC_CHANGE: {
    ...ofRun, run_status: "RUNNING", metric_values: [0.31, 0.24], metric_filter: "val_loss falls by at least 0.05 against the 1 before",
    metric_filter_short: "change(val_loss) <= -0.05", metric_current_status: "change(val_loss) = -0.07",
  },
  RUN_METRIC_ZSCORE: {
    ...ofRun, run_status: "RUNNING", metric_values: [0.31, 0.29, 0.27, 2.4], metric_filter: "val_loss is at least 3 standard deviations away from the mean of the 3 values before",
    metric_filter_short: "|zscore(val_loss, 3)| >= 3", metric_current_status: "zscore(val_loss, 3) = 129.2",
  },
  RUN_STATE: ofRun,
  WEBHOOK_FAILING: { event_author: "bellhop" },
  WEBHOOK_DISABLED: { event_author: "bellhop", webhook_status: "disabled", webhook_reason: "The receiver answered 410 Gone; a webhook is then disabled." },
  WEBHOOK_RECOVERED: { event_author: "bellhop", webhook_status: "working" },
};

/** What the variable may hold for an event of that type; undefined where it does not apply, and so becomes the empty string. */
export function exampleOf(name: string, type: EventType): Example | undefined {
  if (!variableApplies(name, type)) return undefined;
  return name === "event_type" ? findEventType(type)?.friendlyName : (special[type]?.[name] ?? findVariable(name)?.example);
}
