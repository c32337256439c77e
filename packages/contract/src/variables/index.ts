export { exampleOf } from "./examples.ts";
export { findVariable, isKnownVariable, isSecretName, payloadVariables, variableApplies } from "./variables.ts";
export type { PayloadVariable, VariableSpec } from "./variables.ts";
