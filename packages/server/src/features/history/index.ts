export type { Execution, ShownAttempt, ShownReason } from "./execution.ts";
export { shownReason } from "./execution.ts";
export { listExecutions } from "./list-executions.ts";
export type { ExecutionQuery } from "./list-executions.ts";
export type { ShownCause, ShownReport } from "./read-execution.ts";
export { readExecution } from "./read-execution.ts";
export { redeliverExecution } from "./redeliver-execution.ts";
