import type { Action } from "../../ports/action/port.ts";

/** Records the execution and calls nobody: for trying an automation out. */
export const noOpAction: Action = {
  type: "NO_OP",
  render: () => ({ ok: true, request: { body: null } }),
  send: async () => ({ outcome: "delivered", reason: null, request: null, response: null, timing: null, retryAfterMs: null, final: true }),
};
