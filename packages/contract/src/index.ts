/** What crosses a process border: errors, event types, payload variables, REST schemas. Imports nothing of ours. */
export * from "./errors/index.ts";
export * from "./events/index.ts";
export * from "./rest/index.ts";
export * from "./variables/index.ts";
