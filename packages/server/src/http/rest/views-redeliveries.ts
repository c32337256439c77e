import type { comparisonSchema, redeliverySchema } from "@bellhop/contract";
import type { z } from "zod";
import type { Comparison, Redelivery } from "../../features/redeliveries/index.ts";
import { showReason } from "./views-delivery.ts";

/** How redeliveries look over REST. */

type Shown = z.input<typeof redeliverySchema>;

export const showRedelivery = (redelivery: Redelivery): Shown => ({
  ...redelivery,
  selection: showSelection(redelivery.selection),
  createdAt: redelivery.createdAt.toISOString(),
  finishedAt: redelivery.finishedAt?.toISOString() ?? null,
});

function showSelection(selection: Redelivery["selection"]): Shown["selection"] {
  switch (selection.by) {
    case "executions":
      return { executions: [...selection.ids] };
    case "automation":
      return { automation: selection.id, since: selection.since?.toISOString() ?? null };
    case "hook":
      return { hook: selection.id, since: selection.since?.toISOString() ?? null };
    case "webhook":
      return { webhook: selection.id, since: selection.since?.toISOString() ?? null };
  }
}

export const showComparison = ({ sameBytes, renderedAnew, same, differences }: Comparison): z.input<typeof comparisonSchema> => ({
  sameBytes: { ...sameBytes, reason: showReason(sameBytes.reason) },
  renderedAnew: { ...renderedAnew, reason: showReason(renderedAnew.reason) },
  same,
  differences: [...differences],
});
