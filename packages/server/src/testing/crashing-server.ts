// The server, but it kills itself (SIGKILL) before or after one stage of the pipeline: BELLHOP_TEST_CRASH=before:deliver.
// Only for the fault tests; the product has no such switch.
import { startApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { silentLog } from "../kit/log.ts";
import type { Stages } from "../pipeline/index.ts";
import { stages } from "../pipeline/index.ts";

const [when, name] = (process.env["BELLHOP_TEST_CRASH"] ?? "").split(":");

const die = (): never => {
  process.kill(process.pid, "SIGKILL");
  // The signal is delivered before the next turn of the event loop; this only keeps this turn from going on.
  for (;;);
};

function crashing<Args extends unknown[], Result>(stage: keyof Stages, run: (...args: Args) => Result): (...args: Args) => Result {
  if (stage !== name) return run;
  return (...args) => {
    if (when === "before") die();
    const result = run(...args);
    if (!(result instanceof Promise)) return die();
    void result.then(die);
    return result;
  };
}

const result = readConfig(process.env);
if (!result.ok) throw new Error(result.problems.join("\n"));
await startApp({
  config: result.config,
  log: silentLog,
  stages: {
    capture: crashing("capture", stages.capture),
    match: crashing("match", stages.match),
    plan: crashing("plan", stages.plan),
    render: crashing("render", stages.render),
    deliver: crashing("deliver", stages.deliver),
    settle: crashing("settle", stages.settle),
  },
});
