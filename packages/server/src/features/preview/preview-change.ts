import { findVisibleEventIds } from "../../db/queries/events.ts";
import type { PlannedExecution } from "../../db/queries/preview.ts";
import { findPlanned } from "../../db/queries/preview.ts";
import type { ActionType } from "../../domain/automation.ts";
import type { Event } from "../../domain/event.ts";
import { showSealed } from "../../domain/template/sealed-text.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Stages } from "../../pipeline/index.ts";
import { makePipeline, stages } from "../../pipeline/index.ts";
import type { EventSummary } from "../events/index.ts";
import { summaryOf } from "../events/index.ts";
import type { ShownReason } from "../history/index.ts";
import { shownReason } from "../history/index.ts";
import { shownCallbackUrl } from "../outcomes/index.ts";
import type { Services } from "../services.ts";
import type { TriedChange } from "./tried-change.ts";
import { makeChange } from "./tried-change.ts";

export type PreviewedAutomation = {
  id: string;
  name: string;
  revision: number;
  /** `undeliverable`: it fires, and its delivery fails before anything is sent. */
  outcome: "fires" | "skipped" | "undeliverable";
  reason: ShownReason | null;
  action: ActionType;
  /** Secrets are written as their names: `${TOKEN}`. The URL is null for those without a role in the webhook's team. */
  request: { method: string; url: string | null; body: string | null } | null;
};

export type Preview = {
  /** The events that the change raises where the viewer may look, in their order, each with the automations that it reaches. */
  events: { event: EventSummary; automations: PreviewedAutomation[] }[];
  /** There are more automations than are shown. */
  more: boolean;
};

type Needs = Pick<Services, "db" | "ids" | "clock" | "random" | "limits" | "publicUrl" | "actions" | "log" | "templates" | "watchLists" | "watchBooks" | "runWindows">;

/**
 * What a change would set off. It is made by its own verb, on a database whose writes are thrown away: the same
 * permissions, capture, matching, planning and rendering as in earnest. Nothing is stored, so nothing can be sent.
 */
export async function previewChange(services: Needs, viewer: Viewer, tried: TriedChange): Promise<Preview> {
  const limit = services.limits.pageSize;
  return services.db.rehearse(async (db) => {
    const events: Event[] = [];
    const pipeline = makePipeline({ ids: services.ids, jobsAdded: () => undefined, observe: () => undefined, stages: noting(events) });
    await makeChange({ ...services, db, pipeline }, viewer, tried);
    // A version's tag is an event wherever the version is linked, and so perhaps where the viewer may not look.
    const visible = await findVisibleEventIds(db, viewer.userId, events.map(({ id }) => id));
    const planned = await findPlanned(db, viewer.userId, [...visible], limit + 1);
    const shown = await previewAll(services, planned.slice(0, limit));
    const byEvent = Map.groupBy(shown, ({ eventId }) => eventId);
    return {
      events: events.filter(({ id }) => visible.has(id)).map((event) => ({ event: summaryOf(event), automations: (byEvent.get(event.id) ?? []).map(({ automation }) => automation) })),
      more: planned.length > shown.length,
    };
  });
}

/** In UTF-16 units: bodies may have a megabyte each, and an answer has to fit into memory. */
const mostBodyText = 8 << 20;

async function previewAll(services: Pick<Services, "actions" | "publicUrl">, planned: readonly PlannedExecution[]): Promise<{ eventId: string; automation: PreviewedAutomation }[]> {
  const shown: { eventId: string; automation: PreviewedAutomation }[] = [];
  let bodyText = 0;
  for (const execution of planned) {
    const automation = await previewed(services, execution);
    bodyText += automation.request?.body?.length ?? 0;
    if (bodyText > mostBodyText) break;
    shown.push({ eventId: execution.event.id, automation });
  }
  return shown;
}

/** The ordinary stages, and a note of what they captured. */
const noting = (events: Event[]): Stages => ({
  ...stages,
  capture: async (tx, ids, changes) => {
    const captured = await stages.capture(tx, ids, changes);
    events.push(...captured.map(({ event }) => event));
    return captured;
  },
});

async function previewed(services: Pick<Services, "actions" | "publicUrl">, execution: PlannedExecution): Promise<PreviewedAutomation> {
  const { automationId: id, automationName: name, revision, actionType: action, webhook } = execution;
  const shown = { id, name, revision, action, request: null };
  if (execution.skipped) return { ...shown, outcome: "skipped", reason: shownReason(execution.reason) };
  const rendered = await stages.render(services.actions.get(action), { ...execution, messageId: execution.executionId, rendered: null }, shownCallbackUrl(services));
  if (!rendered.ok) return { ...shown, outcome: "undeliverable", reason: shownReason(rendered.reason) };
  const { body, target = null } = rendered.request;
  const to = webhook === null ? target : { method: webhook.method, url: execution.seesWebhook ? webhook.url : null };
  const request = to === null ? null : { ...to, body: body === null ? null : showSealed(body) };
  return { ...shown, outcome: "fires", reason: null, request };
}
