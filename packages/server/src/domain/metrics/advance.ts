import type { Filter } from "../filter/filter.ts";
import type { BookEntry, WatchBook } from "./book.ts";
import { concernedBy } from "./concerned.ts";
import type { Edge, Tracked } from "./judge.ts";
import { findEdges, heldBefore, holdsAtEnd, track } from "./judge.ts";
import type { StateEdit } from "./state-edit.ts";
import { editState } from "./state-edit.ts";
import type { Tracks } from "./track.ts";
import { joinValues, makeTracks } from "./track.ts";
import type { NewLines, RunWatchState, Turn, Windows } from "./watch.ts";

/** As many values of a condition's window are told with an event. */
const mostValuesTold = 100;

export type Advance = {
  book: WatchBook;
  /** For each metric of the book that the run has logged before. */
  windows: Windows;
  state: RunWatchState;
  lines: NewLines;
  /** Whether the run is, as it now stands, one that the filter describes. */
  admits(filter: Filter): boolean;
};

export type Advanced = {
  /** In the order of the lines. */
  turns: Turn[];
  windows: Windows;
  /** The very object that was given where nothing in it changed. */
  state: RunWatchState;
};

/**
 * Judges the new values of a run: a watch fires where its conditions and its run filter come to hold together, after a
 * value at which they did not. Pure: a replay of the same lines, however they are cut into reports, gives the same firings.
 */
export function advance({ book, windows, state, lines, admits }: Advance): Advanced {
  const tracks = makeTracks(windows, lines.metrics);
  const edit = editState(state);
  noteNewcomers(book, { tracks, state, edit });
  const found: { line: number; turn: Turn }[] = [];
  for (const entry of concernedBy(book, { lines, tracks, state: edit.current() })) {
    const { watch } = entry;
    const all = track(entry, tracks);
    const admitted = watch.run === null || admits(watch.run);
    const edges = admitted ? findEdges(all, edit.isDormant(watch)) : [];
    edit.setDormant(watch, !admitted && all.every(holdsAtEnd));
    for (const turn of turnsOf(entry, edges, { all, tracks, lines, edit })) found.push(turn);
  }
  const turns = found.sort((a, b) => a.line - b.line).map(({ turn }) => turn);
  return { turns, windows: moveWindows(book, windows, lines), state: edit.result(book) };
}

/** An automation that came into the list since the last value fires at the next one, if its conditions hold there: not earlier, and not never. */
function noteNewcomers(book: WatchBook, { tracks, state, edit }: { tracks: Tracks; state: RunWatchState; edit: StateEdit }): void {
  for (const [scope, version] of book.versions) {
    const seen = state.seen.get(scope) ?? 0;
    if (seen === version) continue;
    for (const entry of book.entries.values()) {
      if (entry.watch.scope !== scope || entry.watch.since <= seen) continue;
      if (track(entry, tracks).every(heldBefore)) edit.setDormant(entry.watch, true);
    }
  }
}

type Found = { all: readonly Tracked[]; tracks: Tracks; lines: NewLines; edit: StateEdit };

/** Of several that are held back one after the other the first one says it all. */
function turnsOf({ watch, gauges }: BookEntry, edges: readonly Edge[], { all, tracks, lines, edit }: Found): { line: number; turn: Turn }[] {
  const turns: { line: number; turn: Turn }[] = [];
  let toldOfCooldown = false;
  for (const { line, counts } of edges) {
    const at = lines.at[line] ?? 0;
    const last = edit.firedAt(watch);
    const heldBack = watch.cooldownMs > 0 && last !== null && at - last < watch.cooldownMs;
    if (!heldBack && watch.cooldownMs > 0) edit.setFired(watch, at);
    if (heldBack && toldOfCooldown) continue;
    toldOfCooldown ||= heldBack;
    const met = all.map(({ condition, track: { before, series } }, index) => {
      const [count, gauge] = [counts[index] ?? 0, gauges[index] ?? condition];
      return { condition, measured: count === 0 ? before : (series[count - 1] ?? Number.NaN), values: tracks.values(gauge, count, mostValuesTold) };
    });
    turns.push({ line, turn: { watch, at, step: lines.steps[line] ?? null, met, heldBack } });
  }
  return turns;
}

function moveWindows(book: WatchBook, windows: Windows, lines: NewLines): Windows {
  const moved = new Map<string, Float64Array>();
  for (const [metric, needed] of book.needed) {
    const older = windows.get(metric);
    const newer = lines.metrics.get(metric);
    if (older === undefined && newer === undefined) continue;
    const all = joinValues(older ?? new Float64Array(0), newer?.values ?? []);
    moved.set(metric, all.length > needed ? all.slice(all.length - needed) : all);
  }
  return moved;
}
