import { z } from "zod";
import { nameSchema, timeSchema } from "./common.ts";
import { eventSchema } from "./events.ts";
import { reasonSchema } from "./executions.ts";

/** In the order in which they are gone through. */
const verdictNames = ["fired", "skipped", "created_later", "other_event_type", "other_automation", "not_in_scope", "condition_unreadable", "condition_false", "disabled"] as const;
export type Verdict = (typeof verdictNames)[number];

/** What became of an event where an automation is concerned: one closed list. */
export const verdicts: Readonly<Record<Verdict, string>> = {
  fired: "The automation fired.",
  skipped: "The event matched, and the firing was held back for the reason that is given.",
  created_later: "The automation was created after the event.",
  other_event_type: "The automation watches events of another type.",
  other_automation: "The event was raised for another automation, whose conditions over metrics came to hold.",
  not_in_scope: "The event happened outside of what the automation watches.",
  condition_unreadable: "The automation's condition cannot be read by this release.",
  condition_false: "The condition did not hold: see the clauses.",
  disabled: "The event matched, but the automation was disabled at that time, or was just being edited.",
};

const clauseSchema = z.object({
  path: z.string().describe("Where the clause stands in the filter: $or[0].$and[1].alias.$eq"),
  field: z.string(),
  operator: z.string(),
  operand: z.unknown().describe("What the value was compared with"),
  saw: z.unknown().optional().describe("The field's value; left out where the event had no such field"),
  held: z.boolean().describe("Whether the clause itself held, whatever $not stands around it"),
  negated: z.boolean().describe("Whether it stands within an odd number of $not and $nor, so that holding speaks against a match"),
});

export const explanationSchema = z.object({
  event: eventSchema,
  automation: z
    .object({ id: z.uuid(), name: z.string(), revision: z.number().int(), revisionAt: timeSchema })
    .describe("At the revision that is judged: the one that fired, else the one that stood when the event happened, else today's"),
  fired: z.boolean(),
  verdict: z.enum(verdictNames),
  text: z.string().describe("What the verdict means"),
  reason: reasonSchema.nullable().describe("Why the firing was skipped"),
  executionId: z.uuid().nullable().describe("The execution, of a firing or a skip"),
  matches: z.boolean().describe("Whether type, scope and condition of that revision hold for the event"),
  eventType: z.object({ held: z.boolean(), watches: z.string(), saw: z.string() }),
  scope: z.object({
    held: z.boolean(),
    watches: z.object({ kind: z.enum(["collection", "project", "entity", "run"]), id: z.number().int(), name: z.string().nullable().describe("Null when it was deleted") }),
    saw: z.string().describe("Where the event happened: entity/project, and the collection of an event of versions and collections"),
  }),
  clauses: z.array(clauseSchema).describe("Every clause of the condition; none where it does not belong to events of this type, or cannot be read"),
});

export const explainRequestSchema = z
  .strictObject({
    event: nameSchema.exactOptional().describe("Id of an event"),
    run: z.strictObject({ entity: nameSchema, project: nameSchema, run: nameSchema.describe("Id of the run, as in its URL") }).exactOptional(),
  })
  .refine(({ event, run }) => (event === undefined) !== (run === undefined), "give either event or run");

/** The conditions of an automation over metrics, at the newest values of a run. */
export const metricStandingSchema = z.object({
  holds: z.boolean().describe("All conditions and the run filter hold"),
  conditions: z.array(z.object({
    metric: z.string(),
    condition: z.string().describe("As in avg(val_loss, 3) < 0.3"),
    held: z.boolean(),
    status: z.string().nullable().describe("As in avg(val_loss, 3) = 0.4; null where nothing can be measured: too few values, or no finite result"),
    values: z.number().int().describe("Values in the window"),
    needed: z.number().int().describe("Values that the window needs before it is judged"),
  })),
  runFilter: z.object({ held: z.boolean(), clauses: z.array(clauseSchema) }),
  cameToHold: z.array(z.object({ at: timeSchema.describe("By the clock of the run"), step: z.number().nullable(), status: z.string(), heldBack: z.boolean().describe("By the cooldown") }))
    .describe("When the conditions would have come to hold, had the automation been as it is now from the run's first value on; the newest 100"),
});

export const explanationsSchema = z.object({
  explanations: z.array(explanationSchema).describe("One for an event; for a run one for each of its events, newest first"),
  metrics: metricStandingSchema.nullable().describe("For an automation over metrics and a run: how its conditions stand at the run's newest values"),
});
