export type { BacktestInput } from "./backtest.ts";
export { backtest } from "./backtest.ts";
export type { Backtest, BacktestFiring } from "./types.ts";
