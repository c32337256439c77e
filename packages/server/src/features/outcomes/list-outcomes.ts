import type { OutcomeRow } from "../../db/queries/outcomes.ts";
import { findOutcomes } from "../../db/queries/outcomes.ts";
import { eventOf } from "../../db/rows/event-row.ts";
import type { Subject } from "../../domain/event.ts";
import { invalidAt, notFound } from "../../domain/failure.ts";
import { splitPath } from "../../domain/names.ts";
import type { OutcomeStatus } from "../../domain/outcome/report.ts";
import { tellOutcome } from "../../domain/outcome/report.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireProject } from "../access/index.ts";
import { findMemberByName } from "../artifacts/index.ts";
import { requireRunAt } from "../runs/index.ts";
import { requireIdCursor } from "../id-cursor.ts";
import type { Services } from "../services.ts";

export type Outcome = {
  executionId: string;
  automation: { id: string; name: string };
  /** The alias or tag that was put on the version, or the state that the run entered; null where it was nothing of these. */
  about: string | null;
  status: OutcomeStatus;
  message: string | null;
  url: string | null;
  reportCount: number;
  /** When the event happened. */
  beganAt: Date;
  reportedAt: Date;
  /** From the event to the latest report. */
  seconds: number;
  /** `production → deploy succeeded, 4 min 12 s` */
  text: string;
};

/** `entity/project/collection:version`, or `entity/project/run`. */
export type OutcomeSubject = { version: string } | { run: string };

/** What receivers reported of deliveries about a version or a run, the newest first; of automations that the viewer may see. */
export async function listOutcomes(services: Pick<Services, "db">, viewer: Viewer, input: { of: OutcomeSubject; before: string | null; limit: number }): Promise<Outcome[]> {
  const { of, before, limit } = input;
  requireIdCursor(before);
  const subject = "version" in of ? { artifactId: await findVersion(services, viewer, of.version) } : { runId: await findTheRun(services, viewer, of.run) };
  return (await findOutcomes(services.db, viewer.userId, subject, { before, limit })).map(outcomeOf);
}

async function findVersion(services: Pick<Services, "db">, viewer: Viewer, path: string): Promise<number> {
  const split = splitPath(path);
  if (split === null) throw invalidAt("version", "must be entity/project/collection:version");
  const project = await requireProject(services.db, viewer, { entity: split.entity, name: split.project }, "viewer");
  const found = await findMemberByName(services, viewer, project, split.rest);
  if (found === null) throw notFound(`Version "${path}"`);
  return found.member.id;
}

async function findTheRun(services: Pick<Services, "db">, viewer: Viewer, path: string): Promise<number> {
  const split = splitPath(path);
  if (split === null) throw invalidAt("run", "must be entity/project/run");
  return (await requireRunAt(services, viewer, { entity: split.entity, project: split.project, run: split.rest }, "viewer")).id;
}

function outcomeOf(row: OutcomeRow): Outcome {
  const about = aboutOf(eventOf(row).subject);
  const seconds = (row.reported_at.getTime() - row.began_at.getTime()) / 1_000;
  return {
    executionId: row.execution_id,
    automation: { id: row.automation_id, name: row.automation_name },
    about,
    status: row.status,
    message: row.message,
    url: row.url,
    reportCount: row.report_count,
    beganAt: row.began_at,
    reportedAt: row.reported_at,
    seconds,
    text: tellOutcome({ about, automation: row.automation_name, status: row.status, seconds }),
  };
}

function aboutOf(subject: Subject): string | null {
  switch (subject.kind) {
    case "artifact":
      return subject.alias ?? subject.tag ?? `v${subject.versionIndex}`;
    case "collection":
      return subject.tag;
    case "run":
      return subject.displayName;
    case "webhook":
      return subject.webhookName;
  }
}
