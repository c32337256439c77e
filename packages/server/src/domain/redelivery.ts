/** The bytes that the execution would have sent, under its message's id; or its event rendered with today's configuration, as a message of its own. */
export const redeliveryModes = ["same_bytes", "rendered_anew"] as const;
export type RedeliveryMode = (typeof redeliveryModes)[number];

export const redeliveryStatuses = ["running", "done", "cancelling", "cancelled"] as const;
export type RedeliveryStatus = (typeof redeliveryStatuses)[number];

/** What is to be delivered again: chosen executions, or all that failed of one automation, run hook, run or webhook since a time. */
export type Selection =
  | KeptSelection
  /** `entity/project/run`: of the hooks that this run has, or had. */
  | { by: "run"; path: string; since: Date | null };

/** As it is stored: what failed of a run's hooks is looked up when it is asked for, and kept as chosen executions. */
export type KeptSelection =
  | { by: "executions"; ids: readonly string[] }
  | { by: "hook"; id: string; since: Date | null }
  | { by: "automation"; id: string; since: Date | null }
  | { by: "webhook"; id: string; since: Date | null };
