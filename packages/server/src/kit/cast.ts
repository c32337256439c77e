/** The only casts of the code base. Each has a name that says why it is safe. */

/** Narrows a value that was just proven, by the check beside the call, to be a plain object. */
export const asRecord = (value: object): Record<string, unknown> => value as Record<string, unknown>;

/** JSON.parse answers `any`; this makes it `unknown`, so that every reader has to look. */
export const parseJson = (text: string): unknown => JSON.parse(text) as unknown;

/** Whether the value is a JSON object: not null, not an array. */
export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
