export * from "./common.ts";
export * from "./people.ts";
export * from "./registries.ts";
export * from "./automations.ts";
export * from "./executions.ts";
export * from "./redeliveries.ts";
export * from "./secrets.ts";
export * from "./webhooks.ts";
