export { callbackLinks, executionOfToken, shownCallbackUrl } from "./callback-link.ts";
export type { Outcome, OutcomeSubject } from "./list-outcomes.ts";
export { listOutcomes } from "./list-outcomes.ts";
export { reportOutcome } from "./report-outcome.ts";
