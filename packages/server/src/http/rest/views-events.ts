import { verdicts } from "@bellhop/contract";
import type { eventDetailsSchema, eventSchema, explanationSchema, explanationsSchema } from "@bellhop/contract";
import type { z } from "zod";
import { invalidAt } from "../../domain/failure.ts";
import type { EventDetails, EventSummary } from "../../features/events/index.ts";
import type { Explanation, Explanations } from "../../features/explanations/index.ts";

/** How events, and explanations of what became of them, look over REST. */

export const showEvent = (event: EventSummary): z.input<typeof eventSchema> => ({ ...event, at: event.at.toISOString() });

export const showEventDetails = (event: EventDetails): z.input<typeof eventDetailsSchema> => ({ ...event, at: event.at.toISOString() });

export const showExplanation = (explanation: Explanation): z.input<typeof explanationSchema> => ({
  ...explanation,
  event: showEvent(explanation.event),
  automation: { ...explanation.automation, revisionAt: explanation.automation.revisionAt.toISOString() },
  text: verdicts[explanation.verdict],
  clauses: explanation.clauses.map((clause) => ({ ...clause })),
});

export const showExplanations = ({ explanations, metrics }: Explanations): z.input<typeof explanationsSchema> => ({
  explanations: explanations.map(showExplanation),
  metrics: metrics === null ? null : {
    ...metrics,
    runFilter: { held: metrics.runFilter.held, clauses: metrics.runFilter.clauses.map((clause) => ({ ...clause })) },
    cameToHold: metrics.cameToHold.map(({ at, ...turn }) => ({ ...turn, at: at.toISOString() })),
  },
});

/** The names that a query gives of a project or a registry, both of which are needed. */
export function projectNames(query: { entity?: string; project?: string; organization?: string; registry?: string }): { entity: string; project: string } | { organization: string; registry: string } {
  const { entity, project, organization, registry } = query;
  if (organization !== undefined && registry !== undefined) return { organization, registry };
  if (entity !== undefined && project !== undefined) return { entity, project };
  if (organization !== undefined || registry !== undefined) throw invalidAt(registry === undefined ? "registry" : "organization", "is required: organization and registry belong together");
  throw invalidAt(project === undefined ? "project" : "entity", "is required: give entity and project, or organization and registry");
}
