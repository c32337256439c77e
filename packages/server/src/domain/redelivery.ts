/** The bytes that the execution would have sent, under its message's id; or its event rendered with today's configuration, as a message of its own. */
export const redeliveryModes = ["same_bytes", "rendered_anew"] as const;
export type RedeliveryMode = (typeof redeliveryModes)[number];

export const redeliveryStatuses = ["running", "done", "cancelling", "cancelled"] as const;
export type RedeliveryStatus = (typeof redeliveryStatuses)[number];

/** What is to be delivered again: chosen executions, or all that failed of one automation or webhook since a time. */
export type Selection =
  | { by: "executions"; ids: readonly string[] }
  | { by: "automation"; id: string; since: Date | null }
  | { by: "webhook"; id: string; since: Date | null };
