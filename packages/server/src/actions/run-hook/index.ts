import type { Action } from "../../ports/action/port.ts";
import type { Templates } from "../../ports/templates/port.ts";
import { renderRunHook } from "./render.ts";
import type { RunHookOptions } from "./send.ts";
import { sendRunHook } from "./send.ts";

/** Calls the address that a script gave to a state of its run. */
export const runHookAction = (options: RunHookOptions & { templates: Templates }): Action => ({
  type: "RUN_HOOK",
  render: (input) => renderRunHook(options.templates, input),
  send: (input) => sendRunHook(options, input),
});
