import { inject } from "vitest";

/** The short form is part of `npm test`; the long one is for those who look for what is rare. */
export const sized = <T>(short: T, long: T): T => (inject("long") ? long : short);
