export { eventTypes, findEventType } from "./event-types.ts";
export type { EventFamily, EventScope, EventSubject, EventType, EventTypeOf, EventTypeSpec, KnownEventType } from "./event-types.ts";
