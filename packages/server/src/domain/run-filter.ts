import { isRecord } from "../kit/cast.ts";
import { conjuncts } from "./filter/conjuncts.ts";
import { fieldCatalogue } from "./filter/field-catalogue.ts";
import type { Clause, Filter, Subject } from "./filter/filter.ts";
import { readRow, valueAt } from "./run-history.ts";

/** What a list of runs can be filtered and ordered by, in the words of `wandb.Api().runs(filters=…)`. */
export const runListFields = fieldCatalogue({
  exact: ["name", "display_name", "state", "group", "job_type", "sweep", "created_at", "heartbeat_at", "duration", "host", "commit", "tags", "notes", "username"],
  prefixes: ["config.", "summary_metrics."],
  aliases: {
    displayName: "display_name",
    createdAt: "created_at",
    heartbeatAt: "heartbeat_at",
    jobType: "job_type",
    user: "username",
    "user.username": "username",
    "summary.": "summary_metrics.",
  },
});

export type FilterableRun = {
  name: string;
  display_name: string;
  state: string;
  group_name: string | null;
  job_type: string | null;
  sweep_name: string | null;
  created_at: Date;
  heartbeat_at: Date;
  host: string | null;
  commit: string | null;
  tags: readonly string[];
  notes: string | null;
  username: string | null;
  config: string;
  summary: string;
};

/** A run as filters ask it. Times are ISO 8601 in UTC, so that they compare as text. */
export function subjectOf(run: FilterableRun): Subject {
  const config = once(() => configValues(run.config));
  const summary = once(() => readRow(run.summary));
  return (field) => {
    if (field.startsWith("config.")) return configAt(config(), field.slice("config.".length));
    if (field.startsWith("summary_metrics.")) return valueAt(summary(), field.slice("summary_metrics.".length));
    return plainField(run, field) ?? undefined;
  };
}

function plainField(run: FilterableRun, field: string): unknown {
  switch (field) {
    case "name":
    case "display_name":
    case "state":
    case "job_type":
    case "host":
    case "commit":
    case "tags":
    case "notes":
    case "username":
      return run[field];
    case "group":
      return run.group_name;
    case "sweep":
      return run.sweep_name;
    case "created_at":
    case "heartbeat_at":
      return run[field].toISOString();
    case "duration":
      return (run.heartbeat_at.getTime() - run.created_at.getTime()) / 1_000;
    default:
      return undefined;
  }
}

/** `{"lr": {"value": 0.1}}`, as configs are stored, to `{"lr": 0.1}`. */
export function configValues(config: string): Record<string, unknown> {
  const entries = Object.entries(readRow(config));
  return Object.fromEntries(entries.map(([key, entry]) => [key, isRecord(entry) && Object.hasOwn(entry, "value") ? entry["value"] : entry]));
}

/** Callers write `config.lr.value` as well as `config.lr`. */
const configAt = (values: Record<string, unknown>, key: string): unknown => valueAt(values, key) ?? valueAt(values, key.replace(/\.value(?=\.|$)/, ""));

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Conditions that the database answers from columns; null: no condition. */
export type ColumnConditions = { name: string[] | null; display_name: string[] | null; state: string[] | null; sweep: string[] | null };

const none: ColumnConditions = { name: null, display_name: null, state: null, sweep: null };
type Column = keyof ColumnConditions;
const isColumn = (field: string): field is Column => Object.hasOwn(none, field);

/** What of a filter the columns answer, and whether that is all of it. */
export function columnConditions(filter: Filter): { conditions: ColumnConditions; complete: boolean } {
  const conditions = { ...none };
  let complete = true;
  for (const part of conjuncts(filter.root)) {
    const wanted = part.kind === "clause" ? wantedTexts(part) : null;
    if (part.kind === "clause" && wanted !== null && isColumn(part.field) && conditions[part.field] === null) conditions[part.field] = wanted;
    else complete = false;
  }
  return { conditions, complete };
}

function wantedTexts(clause: Clause): string[] | null {
  const operands: readonly unknown[] = clause.operator === "$eq" ? [clause.operand] : clause.operator === "$in" && Array.isArray(clause.operand) ? clause.operand : [null];
  return operands.every((operand) => typeof operand === "string") ? operands.filter((operand) => typeof operand === "string") : null;
}
