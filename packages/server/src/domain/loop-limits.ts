/** When an automation is held to go in circles. */
export type LoopLimits = {
  /** An event with so many deliveries behind it fires nothing more. */
  depth: number;
  /** How often one automation may fire for the same thing; null for any number. */
  rate: { times: number; withinMs: number } | null;
};
