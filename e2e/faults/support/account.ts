import pg from "pg";
import type { Rest } from "../../support/rest.ts";
import { list } from "../../support/rest.ts";
import { keyOf } from "./ledger.ts";
import type { Arrival } from "./ledger.ts";
import { sleep } from "./load.ts";

/** A line of the table. `recoveryMs` is counted from the moment at which the fault was over. */
export type Row = {
  family: string;
  fault: string;
  acknowledged: number;
  lost: number;
  /** Requests beyond the first that was accepted, all with an id already seen. */
  duplicated: number;
  /** Deliveries that came again under another id: never allowed. */
  strangers: number;
  /** Null where no order is promised: deliveries come as their receivers let them, the lines of a run in their order. */
  outOfOrder: number | null;
  /** Deliveries still waiting or held, when all should be over. */
  stuck: number;
  recoveryMs: number | null;
  remark: string;
  skipped: boolean;
};

export type Account = {
  family: string;
  fault: string;
  /** Keys of the deliveries that were promised. */
  promised: ReadonlySet<string>;
  arrivals: readonly Arrival[];
  /** A client of somebody who sees all executions concerned. */
  rest: Rest;
  /** Address of the PostgreSQL server, where there is one: the jobs themselves are counted, too. */
  databaseUrl?: string | undefined;
  /** When the fault was over, by performance.now(). */
  overAt: number;
  /** Measured by the test itself, where "until the last one arrived" says nothing. */
  recoveryMs?: number;
  /** Deliveries that wait although all is over, because their receiver asked for it. */
  waitsOnPurpose?: number;
  withinMs?: number;
  remark?: string;
};

/** Waits until everything promised was accepted and nothing is under way any more, or the time is over; gives the row. */
export async function drawAccount(account: Account): Promise<Row> {
  const end = performance.now() + (account.withinMs ?? 60_000);
  let [missing, stuck] = [account.promised.size, -1];
  for (;;) {
    missing = missingOf(account);
    if (missing === 0) stuck = await waiting(account);
    if ((missing === 0 && stuck === 0) || performance.now() > end) break;
    await sleep(200);
  }
  if (stuck === -1) stuck = await waiting(account);
  const { duplicated, strangers } = repetitions(account);
  const last = Math.max(...account.arrivals.filter((arrival) => arrival.accepted && account.promised.has(keyOf(arrival.hook, arrival.about))).map(({ at }) => at));
  return {
    family: account.family, fault: account.fault, acknowledged: account.promised.size, lost: missing, duplicated, strangers, outOfOrder: null, stuck,
    recoveryMs: account.recoveryMs ?? (Number.isFinite(last) ? Math.max(0, Math.round(last - account.overAt)) : null), remark: account.remark ?? "", skipped: false,
  };
}

function missingOf({ promised, arrivals }: Account): number {
  const accepted = new Set(arrivals.filter((arrival) => arrival.accepted).map(({ hook, about }) => keyOf(hook, about)));
  return [...promised].filter((key) => !accepted.has(key)).length;
}

/** Of what was promised: accepted deliveries beyond the first, and those among them that came under another id or with another body. */
function repetitions({ promised, arrivals }: Account): { duplicated: number; strangers: number } {
  const known = new Map<string, Arrival>();
  let [duplicated, strangers] = [0, 0];
  for (const arrival of arrivals) {
    const key = keyOf(arrival.hook, arrival.about);
    if (!promised.has(key)) continue;
    const first = known.get(key);
    if (first === undefined) known.set(key, arrival);
    else if (first.id !== arrival.id || first.body !== arrival.body) strangers += 1;
    else if (first.accepted && arrival.accepted) duplicated += 1;
    if (first !== undefined && !first.accepted && arrival.accepted) known.set(key, arrival);
  }
  return { duplicated, strangers };
}

const unsettled = ["pending", "running", "retrying"];

async function waiting({ rest, databaseUrl, waitsOnPurpose = 0 }: Account): Promise<number> {
  const told = await Promise.all(unsettled.map((status) => rest.call("GET", `/executions?status=${status}&limit=1000`).catch(() => null)));
  if (told.some((answer) => answer?.status !== 200)) return Number.MAX_SAFE_INTEGER;
  const executions = told.reduce((sum, answer) => sum + list(answer?.body["items"]).length, 0);
  return Math.max(executions - waitsOnPurpose, databaseUrl === undefined ? 0 : (await jobsIn(databaseUrl)) - waitsOnPurpose);
}

async function jobsIn(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ jobs: number }>("select count(*)::int as jobs from delivery_jobs");
  await client.end();
  return rows[0]?.jobs ?? 0;
}
