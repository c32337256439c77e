export { findVariable, isKnownVariable, isSecretName, payloadVariables, variableApplies } from "./variables.ts";
export type { PayloadVariable, VariableSpec } from "./variables.ts";
