import { appendFileSync } from "node:fs";
import { expect, inject } from "vitest";
import type { Account, Row } from "./account.ts";
import { drawAccount } from "./account.ts";

/** Waits for the end, adds the row to the table, and fails unless it is clean. */
export async function settleAccount(account: Account): Promise<Row> {
  const row = await drawAccount(account);
  expectClean(row);
  return row;
}

/** Adds the row to the table, and fails unless nothing is lost, repeated under another id, out of order, or stuck. */
export function expectClean(row: Row): void {
  record(row);
  expect(row, `${row.fault}: nothing is lost, repeated under another id, out of order, or stuck`).toMatchObject({ lost: 0, strangers: 0, outOfOrder: row.outOfOrder === null ? null : 0, stuck: 0 });
}

function record(row: Row): void {
  appendFileSync(inject("faultRows"), `${JSON.stringify(row)}\n`);
}

/** Says in the table that a fault could not be injected here, and why. */
export function recordSkipped(family: string, fault: string, why: string): void {
  record({ family, fault, acknowledged: 0, lost: 0, duplicated: 0, strangers: 0, outOfOrder: null, stuck: 0, recoveryMs: null, remark: `not injected: ${why}`, skipped: true });
}
