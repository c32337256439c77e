import { storableText } from "../../kit/jsonb-text.ts";

export const outcomeStatuses = ["running", "succeeded", "failed"] as const;
export type OutcomeStatus = (typeof outcomeStatuses)[number];

/** What a receiver says of the work that a delivery began. */
export type Report = { status: OutcomeStatus; message: string | null; url: string | null };

const storable = (text: string | null): string | null => (text === null ? null : storableText(text));

export const storableReport = ({ status, message, url }: Report): Report => ({ status, message: storable(message), url: storable(url) });

/** The latest report of an execution, and how many there were. */
export type Reported = { latest: Report | null; count: number; inLastMinute: number };

export type ReportDecision = "store" | "repeated" | "ended" | "too_often";

const mostPerMinute = 20;
/** Of work that still runs; how it ended is always taken. */
const mostReports = 500;

/**
 * Pure. Work runs, and ends once: after `succeeded` or `failed` nothing but the same report again is taken, which
 * changes nothing, so that a receiver may send it until it is answered.
 */
export function decideReport(reported: Reported, report: Report): ReportDecision {
  const { latest } = reported;
  if (latest !== null && latest.status === report.status && latest.message === report.message && latest.url === report.url) return "repeated";
  if (latest !== null && latest.status !== "running") return "ended";
  if (report.status === "running" && (reported.inLastMinute >= mostPerMinute || reported.count >= mostReports)) return "too_often";
  return "store";
}

/** `deploy succeeded, 4 min 12 s`; what it was about stands in front: `production → …`. */
export function tellOutcome({ about, automation, status, seconds }: { about: string | null; automation: string; status: OutcomeStatus; seconds: number }): string {
  return `${about === null ? "" : `${about} → `}${automation} ${status}, ${tellDuration(seconds)}`;
}

function tellDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes, rest] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}
