export type { EventDetails, EventSummary } from "./event.ts";
export { summaryOf } from "./event.ts";
export { listEvents } from "./list-events.ts";
export type { EventQuery } from "./list-events.ts";
export { readEvent } from "./read-event.ts";
