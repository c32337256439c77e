export { explainAutomation } from "./explain-automation.ts";
export type { ExplainTarget } from "./explain-automation.ts";
export { explainExecution } from "./explain-execution.ts";
export type { Explanation } from "./explanation.ts";
export type { Explanations } from "./explain-automation.ts";
