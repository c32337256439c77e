export type { Retention } from "./ages.ts";
export { removeWhatIsOld } from "./retain.ts";
