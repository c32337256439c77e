import { findEventType } from "@bellhop/contract";
import { z } from "zod";
import type { Event, RunDetails, Subject } from "../../domain/event.ts";
import { watchedRunStates } from "../../domain/event.ts";
import type { Reason } from "../../domain/reason.ts";
import { isReason } from "../../domain/reason.ts";
import { runStates } from "../../domain/run.ts";

export type EventRow = { event_id: string; event_type: string; event_author: string; event_subject: unknown; event_at: Date };

/** The columns of such a row, for statements that name the table `event`. */
export const eventColumns = "event.id as event_id, event.type as event_type, event.author as event_author, event.subject as event_subject, event.created_at as event_at";

const place = z.object({
  collectionId: z.number(),
  collectionName: z.string(),
  collectionKind: z.enum(["sequence", "portfolio"]),
  artifactType: z.string(),
  projectId: z.number(),
  projectName: z.string(),
  entityId: z.number(),
  entityName: z.string(),
});

function knownReason(text: string): Reason {
  if (!isReason(text)) throw new Error(`A stored event has the unknown reason ${text}.`);
  return text;
}

const details = z.object({
  userDisplayName: z.string(),
  group: z.string().nullable(),
  jobType: z.string().nullable(),
  notes: z.string().nullable(),
  sweep: z.string().nullable(),
  host: z.string().nullable(),
  program: z.string().nullable(),
  commit: z.string().nullable(),
  exitCode: z.number().nullable(),
  lastStep: z.number().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  heartbeatAt: z.string(),
}) satisfies z.ZodType<RunDetails>;

const metricFacts = z.object({
  automationId: z.string(),
  conditionVersion: z.number(),
  heldBack: z.boolean(),
  loggedAt: z.string(),
  step: z.number().nullable(),
  conditions: z.array(z.object({ metric: z.string(), filter: z.string(), short: z.string(), status: z.string(), measured: z.number().nullable(), values: z.array(z.number()) })),
});

const subject = z.discriminatedUnion("kind", [
  place.extend({
    kind: z.literal("artifact"),
    artifactId: z.number(),
    versionIndex: z.number(),
    alias: z.string().nullable(),
    tag: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
  }),
  place.extend({ kind: z.literal("collection"), tag: z.string() }),
  z.object({
    kind: z.literal("run"),
    runId: z.number(),
    runName: z.string(),
    displayName: z.string(),
    url: z.string(),
    entered: z.enum(watchedRunStates).nullable(),
    state: z.enum(runStates),
    user: z.string(),
    tags: z.array(z.string()),
    config: z.record(z.string(), z.unknown()),
    summary: z.record(z.string(), z.unknown()),
    metric: metricFacts.nullable().default(null),
    projectId: z.number(),
    projectName: z.string(),
    entityId: z.number(),
    entityName: z.string(),
    details: details.exactOptional(),
  }),
  z.object({
    kind: z.literal("webhook"),
    webhookId: z.string(),
    webhookName: z.string(),
    state: z.enum(["failing", "disabled", "working"]),
    reason: z.string().transform(knownReason).nullable(),
    entityId: z.number(),
    entityName: z.string(),
    projectId: z.null(),
    projectName: z.literal(""),
  }),
]) satisfies z.ZodType<Subject>;

/** Reads a stored event. Throws on one that this version cannot read: that is a fault of ours, not of a user. */
export function eventOf(row: EventRow): Event {
  const type = findEventType(row.event_type);
  if (type === undefined) throw new Error(`Stored event ${row.event_id} has the unknown type ${row.event_type}.`);
  return { id: row.event_id, type: type.type, author: row.event_author, at: row.event_at, subject: subject.parse(row.event_subject) };
}
