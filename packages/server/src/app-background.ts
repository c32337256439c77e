import type { Config } from "./config.ts";
import { sweeping } from "./app-observe.ts";
import { advanceRedeliveries } from "./features/redeliveries/index.ts";
import { removeWhatIsOld } from "./features/retention/index.ts";
import { markRunsLost } from "./features/runs/index.ts";
import { forgetPreviousSecrets } from "./features/secrets/index.ts";
import type { Services } from "./features/services.ts";
import { forgetExpired } from "./features/sessions/index.ts";
import type { Metrics } from "./http/health/metrics.ts";
import type { Repeated } from "./kit/repeat.ts";
import { repeat } from "./kit/repeat.ts";

/** What goes on beside requests and deliveries. */
type Background = {
  name: string;
  /** Only in a process that delivers. */
  workersOnly: boolean;
  /** Milliseconds from the end of one turn to the next. */
  everyMs: number;
  /** Gives how much it changed. */
  work(): Promise<number>;
  failed: string;
};

const secondMs = 1_000;
const minuteMs = 60_000;

const backgroundOf = (services: Services, config: Config, stopping: () => boolean): Background[] => [
  { name: "lost-runs", workersOnly: true, everyMs: Math.min(15 * secondMs, config.runHeartbeatMs), work: () => markRunsLost(services, config.runHeartbeatMs), failed: "cannot look for lost runs; trying again" },
  { name: "redeliveries", workersOnly: true, everyMs: secondMs, work: () => advanceRedeliveries(services, stopping), failed: "cannot plan redeliveries; trying again" },
  { name: "previous-secrets", workersOnly: true, everyMs: minuteMs, work: () => forgetPreviousSecrets(services), failed: "cannot delete the earlier values of rotated secrets; trying again" },
  { name: "expired", workersOnly: false, everyMs: 10 * minuteMs, work: () => forgetExpired(services), failed: "cannot delete expired sessions; trying again" },
];

/** Starts all of it; each ends when it is told to. */
export function startBackground({ services, config, metrics, stopping }: { services: Services; config: Config; metrics: Metrics; stopping: () => boolean }): Repeated[] {
  const observed = { metrics, log: services.log, clock: services.clock };
  const wanted = backgroundOf(services, config, stopping).filter(({ workersOnly }) => config.roles.worker || !workersOnly);
  const repeated = wanted.map(({ name, everyMs, work, failed }) => repeat(everyMs, sweeping(observed, name, work), (error) => services.log.error({ err: error }, failed)));
  return config.roles.worker ? [...repeated, startRetaining(services, config, metrics)] : repeated;
}

/** Asks every minute whether it is this process's turn to remove what is old; to stop ends it between two small batches. */
function startRetaining(services: Services, { retention }: Config, metrics: Metrics): Repeated {
  const abort = new AbortController();
  const sweeps = repeat(minuteMs, () => removeWhatIsOld({ ...services, swept: (name, removed) => metrics.swept(name, removed) }, retention, abort.signal), (error) => services.log.error({ err: error }, "cannot remove what is old; trying again"));
  return {
    stop: () => {
      abort.abort();
      return sweeps.stop();
    },
  };
}
