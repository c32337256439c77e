import type { EventType } from "@bellhop/contract";
import type { EventSummary } from "../events/index.ts";
import type { ShownReason } from "../history/index.ts";
import type { Services } from "../services.ts";

export type RunReference = { entity: string; project: string; id: string; name: string };

export type BacktestFiring = {
  /** When the event was stored, or by the run's clock the value logged. */
  at: Date;
  outcome: "fires" | "skipped";
  reason: ShownReason | null;
  /** For events that are stored. */
  event: EventSummary | null;
  /** For metrics. */
  metric: { run: RunReference; condition: string; status: string; step: number | null } | null;
};

export type Backtest = {
  /** What there was to judge by. */
  data: {
    /** Stored events of the type, in the scope and the range. */
    events: number;
    /** Runs that were alive in the range, and the values that they have logged of the metrics. */
    runs: number;
    values: number;
    /** When the first and the last of all that was logged. */
    from: Date | null;
    to: Date | null;
    /** Not all: there was more than is judged at once. */
    more: boolean;
  };
  /** Oldest first. */
  firings: BacktestFiring[];
  /** There are more firings than are shown. */
  more: boolean;
};

export type BacktestNeeds = Pick<Services, "db" | "limits" | "publicUrl">;
export type Range = { since: Date; until: Date };
export type Draft = { type: EventType; filter: string; cooldownSeconds: number | null };
