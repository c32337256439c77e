import { insertReport, lockOutcomeForReport } from "../../db/queries/outcomes.ts";
import type { LockedOutcome } from "../../db/queries/outcomes.ts";
import { conflict, notFound, tooManyRequests } from "../../domain/failure.ts";
import type { Report, Reported } from "../../domain/outcome/report.ts";
import { decideReport, storableReport } from "../../domain/outcome/report.ts";
import type { Origin } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import { noViewer } from "../access/index.ts";
import { recordAudit } from "../audit/index.ts";
import type { Services } from "../services.ts";

/**
 * Stores what a receiver reports of an execution; its end stands in the audit log too, with `from` where it came. The same
 * report again changes nothing. Throws not_found for an
 * execution that is gone or whose callback has ended, conflict after its end was reported, and too_many_requests.
 */
export async function reportOutcome(services: Pick<Services, "db" | "limits">, executionId: string, given: Report, from: Omit<Origin, "credential">): Promise<void> {
  const report = storableReport(given);
  await services.db.transaction(async (tx) => {
    noViewer("the callback's token, which only the receiver got, is the permission");
    noEvent("an outcome is none of the things that automations watch");
    const locked = await lockOutcomeForReport(tx, executionId, services.limits.callbackMs);
    if (locked === null) throw notFound("Callback");
    switch (decideReport(reportedOf(locked), report)) {
      case "store":
        await insertReport(tx, executionId, locked.report_count + 1, report);
        if (report.status === "running") return;
        return recordAudit(tx, null, { action: "execution.report", entityId: locked.entity_id, object: { id: executionId, name: locked.automation_name }, from, after: { status: report.status } });
      case "repeated":
        return;
      case "ended":
        throw conflict(`It was reported that this ${locked.status}; that is final.`);
      case "too_often":
        throw tooManyRequests("Too many reports of work that still runs; wait a minute. How it ended is taken at any time.", 60_000);
    }
  });
}

const reportedOf = (row: LockedOutcome): Reported => ({
  latest: row.status === null ? null : { status: row.status, message: row.message, url: row.url },
  count: row.report_count,
  inLastMinute: row.in_last_minute,
});
