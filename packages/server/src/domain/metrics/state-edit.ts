import type { WatchBook } from "./book.ts";
import type { MetricWatch, RunWatchState } from "./watch.ts";

/** Changes to what is known of a run; as long as there is none, the result is the very object that it began with. */
export type StateEdit = {
  isDormant(watch: MetricWatch): boolean;
  setDormant(watch: MetricWatch, dormant: boolean): void;
  /** Milliseconds since 1970; null where it has not fired. */
  firedAt(watch: MetricWatch): number | null;
  setFired(watch: MetricWatch, at: number): void;
  /** What is known with the changes so far. */
  current(): RunWatchState;
  /** What is to be kept, as of the versions of the book; what is about automations that are gone is dropped then. */
  result(book: WatchBook): RunWatchState;
};

export function editState(state: RunWatchState): StateEdit {
  const dormant = copyOnWrite(state.dormant);
  const fired = copyOnWrite(state.fired);
  return {
    isDormant: (watch) => dormant.get(watch.automationId) === watch.since,
    setDormant: (watch, yes) => {
      if ((dormant.get(watch.automationId) === watch.since) === yes) return;
      dormant.set(watch.automationId, yes ? watch.since : undefined);
    },
    firedAt: (watch) => {
      const last = fired.get(watch.automationId);
      return last?.since === watch.since ? last.at : null;
    },
    setFired: (watch, at) => fired.set(watch.automationId, { since: watch.since, at }),
    current: () => ({ seen: state.seen, dormant: dormant.map(), fired: fired.map() }),
    result: (book) => {
      const moved = !sameVersions(state.seen, book.versions);
      if (!moved && !dormant.changed() && !fired.changed()) return state;
      return { seen: book.versions, dormant: keep(dormant.map(), book.entries), fired: keep(fired.map(), book.entries) };
    },
  };
}

function copyOnWrite<Value>(original: ReadonlyMap<string, Value>): { get(key: string): Value | undefined; set(key: string, value: Value | undefined): void; changed(): boolean; map(): ReadonlyMap<string, Value> } {
  let copy: Map<string, Value> | null = null;
  return {
    get: (key) => (copy ?? original).get(key),
    set: (key, value) => {
      copy ??= new Map(original);
      if (value === undefined) copy.delete(key);
      else copy.set(key, value);
    },
    changed: () => copy !== null,
    map: () => copy ?? original,
  };
}

const keep = <Value>(map: ReadonlyMap<string, Value>, alive: { has(id: string): boolean }): ReadonlyMap<string, Value> => new Map([...map].filter(([id]) => alive.has(id)));

function sameVersions(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [scope, version] of a) if (b.get(scope) !== version) return false;
  return true;
}
