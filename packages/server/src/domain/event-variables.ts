import { findEventType } from "@bellhop/contract";
import type { ArtifactSubject, Event, MetricFact, MetricFacts, RunSubject, Subject } from "./event.ts";
import { reasons } from "./reason.ts";
import { encodeId } from "./global-id.ts";

/** Values of the payload variables that do not come from the event itself. */
export type Surroundings = { automationName: string; executionId: string; callbackUrl: string };

/**
 * The value of every variable that applies to the event, by the name that a payload writes. A name that is missing here
 * becomes the empty string.
 */
export function variablesOf(event: Event, around: Surroundings): ReadonlyMap<string, unknown> {
  const { subject } = event;
  return new Map<string, unknown>([
    ["event_type", findEventType(event.type)?.friendlyName ?? event.type],
    ["event_author", event.author],
    ["automation_name", around.automationName],
    ["execution_id", around.executionId],
    ["callback_url", around.callbackUrl],
    ["project_name", subject.projectName],
    ["entity_name", subject.entityName],
    ...subjectVariables(subject),
  ]);
}

function subjectVariables(subject: Subject): [string, unknown][] {
  switch (subject.kind) {
    case "artifact":
      return [["artifact_collection_name", subject.collectionName], ["tag", subject.tag ?? ""], ...versionVariables(subject)];
    case "collection":
      return [["artifact_collection_name", subject.collectionName], ["tag", subject.tag]];
    case "run":
      return [["run_id", subject.runName], ["run_name", subject.displayName], ["run_url", subject.url], ["run_status", runStatus(subject)], ...metricVariables(subject.metric)];
    case "webhook":
      return [["webhook_name", subject.webhookName], ["webhook_status", subject.state], ...(subject.reason === null ? [] : [["webhook_reason", reasons[subject.reason]] satisfies [string, unknown]])];
  }
}

/** As automations name states, where they tell them apart. */
export const runStatus = ({ entered, state }: RunSubject): string => entered ?? state.toUpperCase();

/** Of several conditions the names and texts are joined; the values are told by metric then. */
function metricVariables(facts: MetricFacts | null): [string, unknown][] {
  if (facts === null) return [];
  const { conditions } = facts;
  const [only, ...others] = conditions;
  const joined = (separator: string, of: (fact: MetricFact) => string): string => conditions.map(of).join(separator);
  return [
    ["metric_name", joined(", ", ({ metric }) => metric)],
    ["metric_values", only !== undefined && others.length === 0 ? only.values : Object.fromEntries(conditions.map(({ metric, values }) => [metric, values]))],
    ["metric_filter", joined(" and ", ({ filter }) => filter)],
    ["metric_filter_short", joined(" & ", ({ short }) => short)],
    ["metric_current_status", joined(", ", ({ status }) => status)],
  ];
}

/** Metadata keys are those of the top level, as the product documents them. */
function versionVariables(subject: ArtifactSubject): [string, unknown][] {
  const version = `v${subject.versionIndex}`;
  return [
    ["alias", subject.alias ?? ""],
    ["artifact_version", `wandb-artifact://_id/${encodeId("Artifact", subject.artifactId)}`],
    ["artifact_version_string", `${subject.entityName}/${subject.projectName}/${subject.collectionName}:${subject.alias ?? version}`],
    ["artifact_version_index", version],
    ...Object.entries(subject.metadata).map(([key, value]): [string, unknown] => [`artifact_metadata.${key}`, value]),
  ];
}
