export { advanceRedeliveries } from "./advance-redeliveries.ts";
export { cancelRedelivery } from "./cancel-redelivery.ts";
export { compareRedelivery } from "./compare-redelivery.ts";
export type { Comparison } from "./compare-redelivery.ts";
export { readRedelivery } from "./read-redelivery.ts";
export type { Redelivery } from "./redelivery.ts";
export { countRedelivery, startRedelivery } from "./start-redelivery.ts";
