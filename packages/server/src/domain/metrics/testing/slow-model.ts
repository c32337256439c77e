import type { MetricCondition } from "../condition.ts";
import type { MetricWatch } from "../watch.ts";

/**
 * What automations over metrics mean, written down as plainly as can be: every value is kept, and every condition is
 * computed anew from all of them after each line. It shares no code with what runs live.
 */
export type ModelLine = { at: number; values: Readonly<Record<string, number>> };
export type ModelTurn = { automationId: string; line: number; heldBack: boolean };

type Known = { holds: boolean; firedAt: number | null };

export class SlowModel {
  #lines: ModelLine[] = [];
  readonly #known = new Map<string, Known>();

  /** Takes in one line, with the watches that are there and those whose run filter holds. */
  take(line: ModelLine, watches: readonly MetricWatch[], admitted: ReadonlySet<string>): ModelTurn[] {
    this.#lines.push(line);
    const turns: ModelTurn[] = [];
    for (const watch of watches) {
      // Judged at the values of its own metrics.
      if (!watch.conditions.some(({ metric }) => Number.isFinite(line.values[metric]))) continue;
      const key = `${watch.automationId}@${watch.since}`;
      const known = this.#known.get(key) ?? { holds: false, firedAt: null };
      const holds = admitted.has(watch.automationId) && watch.conditions.every((condition) => this.#holds(condition));
      if (holds && !known.holds) {
        const heldBack = watch.cooldownMs > 0 && known.firedAt !== null && line.at - known.firedAt < watch.cooldownMs;
        if (!heldBack) known.firedAt = line.at;
        turns.push({ automationId: watch.automationId, line: this.#lines.length - 1, heldBack });
      }
      known.holds = holds;
      this.#known.set(key, known);
    }
    return turns;
  }

  /** Only the first lines remain; what held then is what holds of them. */
  rewind(count: number, watches: readonly MetricWatch[], admittedBefore: ReadonlySet<string>): void {
    this.#lines = this.#lines.slice(0, count);
    for (const watch of watches) {
      const known = this.#known.get(`${watch.automationId}@${watch.since}`);
      if (known !== undefined) known.holds = admittedBefore.has(watch.automationId) && watch.conditions.every((condition) => this.#holds(condition));
    }
  }

  #holds({ metric, measure, comparison, threshold }: MetricCondition): boolean {
    const values = this.#lines.map((line) => line.values[metric]).filter((value) => value !== undefined && Number.isFinite(value)).map(Number);
    const result = compute(measure, values);
    if (Number.isNaN(result)) return false;
    if (comparison === "either") return Math.abs(result) >= threshold;
    if (comparison === "$gt") return result > threshold;
    if (comparison === "$gte") return result >= threshold;
    return comparison === "$lt" ? result < threshold : result <= threshold;
  }
}

const combine = (aggregate: string | null, values: readonly number[]): number => {
  if (aggregate === "MIN") return Math.min(...values);
  if (aggregate === "MAX") return Math.max(...values);
  return aggregate === null ? Number(values.at(-1)) : values.reduce((sum, value) => sum + value, 0) / values.length;
};

function compute(measure: MetricCondition["measure"], values: readonly number[]): number {
  if (measure.kind === "aggregate") return values.length < measure.size ? NaN : combine(measure.aggregate, values.slice(-measure.size));
  if (measure.kind === "change") {
    if (values.length < measure.current + measure.prior) return NaN;
    const current = combine(measure.aggregate, values.slice(-measure.current));
    const prior = combine(measure.aggregate, values.slice(-measure.current - measure.prior, -measure.current));
    if (!measure.relative) return current - prior;
    return prior === 0 ? NaN : (current - prior) / Math.abs(prior);
  }
  if (values.length < measure.size + 1) return NaN;
  const value = Number(values.at(-1));
  const window = values.slice(-1 - measure.size, -1);
  if (window.every((other) => other === window[0])) return value === window[0] ? NaN : value > Number(window[0]) ? Infinity : -Infinity;
  const mean = combine("AVERAGE", window);
  return (value - mean) / Math.sqrt(combine("AVERAGE", window.map((other) => (other - mean) ** 2)));
}
