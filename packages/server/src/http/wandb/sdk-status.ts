/** Answers that no release of the SDK sends its request again for. Of others, 422 among them, old ones make it wait a minute. */
const final: ReadonlySet<number> = new Set([400, 401, 403, 404, 409]);

/** The status with which a failure is told to the SDK: one that it takes as final, where the fault is the request's. */
export const sdkStatus = (status: number): number => (final.has(status) || status >= 500 ? status : 400);
