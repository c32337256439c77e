import { withoutNonFinite } from "../../../domain/run-history.ts";
import type { RunRow } from "../../../features/runs/index.ts";
import { firstStep, lastLine, readHistory, readSampleSpec, sampleRows } from "../../../features/runs/index.ts";
import type { Context } from "../graphql/context.ts";

/** An Int64 comes as a number, or as text from clients whose language has larger ones. */
type Int64 = number | string | null | undefined;
type HistoryArgs = { minStep?: Int64; maxStep?: Int64; samples?: number | null };

const numberOf = (value: Int64): number | null => (value === null || value === undefined || !Number.isFinite(Number(value)) ? null : Number(value));

/** History and system metrics of a run, in the forms that clients ask for. */
export function runHistoryFields({ services }: Context, run: RunRow): object {
  return {
    // Where the script goes on to count: it counts its own lines only.
    historyLineCount: run.history_lines - run.inherited_lines,
    eventsLineCount: run.event_lines,
    history: (args: HistoryArgs) => readHistory(services, run, "history", { samples: args.samples ?? null, minStep: numberOf(args.minStep), maxStep: numberOf(args.maxStep) }),
    events: (args: { samples?: number | null }) => readHistory(services, run, "events", { samples: args.samples ?? null, minStep: null, maxStep: null }),
    historyTail: async () => tail(await lastLine(services, run.id, "history")),
    eventsTail: async () => tail(await lastLine(services, run.id, "events")),
    sampledHistory: async (args: { specs?: readonly (string | null)[] | null }) => {
      const series: unknown[] = [];
      for (const [index, spec] of (args.specs ?? []).entries()) series.push(withoutNonFinite(await sampleRows(services, run, readSampleSpec(spec ?? "", `specs[${index}]`))));
      return series;
    },
    // There are no Parquet files; the first step tells the client from where on to ask for rows instead.
    parquetHistory: async () => {
      const first = await firstStep(services, run);
      return { parquetUrls: [], liveData: first === null ? [] : [{ _step: first }] };
    },
  };
}

/** A JSON array, as text, of JSON texts. */
const tail = (line: string | null): string => JSON.stringify(line === null ? [] : [line]);
