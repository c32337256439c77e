import type { Attempt } from "../../domain/execution.ts";

/**
 * What an attempt says about the receiver: that it is well, that it is not, or nothing, because the attempt ended for
 * reasons of our own configuration before anything was sent. Pure.
 */
export function judgeHealth({ outcome, reason, final }: Attempt): boolean | null {
  switch (outcome) {
    case "delivered":
      return true;
    case "failed":
      return false;
    case "refused":
      // A name that points where webhooks may not call is the receiver's doing, and may change; the rest is ours.
      return reason === "endpoint_not_allowed" && !final ? false : null;
  }
}
