import type { Asking } from "../authenticate.ts";

/** A request as `authenticate` sees it. */
export const asking = (headers: Asking["headers"], more: Partial<Asking> = {}): Asking => ({ headers, method: "POST", host: "bellhop.test:8080", ip: "192.0.2.1", ...more });
