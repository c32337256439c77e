export * from "./common.ts";
export * from "./people.ts";
export * from "./registries.ts";
