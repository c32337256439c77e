import { AsyncLocalStorage } from "node:async_hooks";

export type Field = string | number | boolean | null;

/** What is done on behalf of one request: the trace that it belongs to, and what its line in the log will say. */
export type UnitOfWork = { /** As W3C Trace Context writes it; null for none. */ traceparent: string | null; fields: Record<string, Field> };

// Around the verbs instead of through them: none of them decides anything by it.
const storage = new AsyncLocalStorage<UnitOfWork>();

/** Runs `work`, and all that it begins, as part of the unit. */
export const inUnit = <T>(unit: UnitOfWork, work: () => T): T => storage.run(unit, work);

export const currentTraceparent = (): string | null => storage.getStore()?.traceparent ?? null;

/** As part of the unit that is under way, but a step of its trace. */
export const inStep = <T>(traceparent: string | null, work: () => T): T => storage.run({ traceparent, fields: storage.getStore()?.fields ?? {} }, work);

/** Adds to the line that the log will have of the unit under way; nothing happens outside of one. */
export function note(fields: Record<string, Field>): void {
  Object.assign(storage.getStore()?.fields ?? {}, fields);
}

/** Adds to a number of that line. */
export function noteMore(name: string, by: number): void {
  const fields = storage.getStore()?.fields;
  const before = fields?.[name];
  if (fields !== undefined && by > 0) fields[name] = (typeof before === "number" ? before : 0) + by;
}
