import { noOpAction } from "../../../actions/no-op/index.ts";
import { webhookAction } from "../../../actions/webhook/index.ts";
import type { Database } from "../../../db/database.ts";
import { sql } from "../../../db/database.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import { systemClock } from "../../../kit/clock.ts";
import { systemRandom } from "../../../kit/random.ts";
import { silentLog } from "../../../kit/log.ts";
import type { Log } from "../../../kit/log.ts";
import { makeCredentials } from "../../tokens/index.ts";
import { makePipeline } from "../../../pipeline/index.ts";
import { memoryObjectStore } from "../../../ports/object-store/memory.ts";
import type { MemoryOutboundHttp, MemoryOutboundHttpOptions } from "../../../ports/outbound-http/memory.ts";
import { makeMemoryOutboundHttp } from "../../../ports/outbound-http/memory.ts";
import { memoryTemplates } from "../../../ports/templates/memory.ts";
import { memorySecretStore } from "../../../ports/secret-store/memory.ts";
import type { TestDatabase } from "../../../testing/database.ts";
import { createTestDatabase } from "../../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../../testing/people.ts";
import { newId } from "../../../testing/pipeline.ts";
import { makeMetricCaches } from "../../runs/index.ts";
import type { Services } from "../../services.ts";
import { defaultLimits } from "../../services.ts";

/** Two organizations with a team each, and people of every role; `stranger` administers the other team. */
export type World = {
  services: Services;
  outbound: MemoryOutboundHttp;
  /** Every line that was logged. */
  logged: object[];
  admin: Viewer;
  member: Viewer;
  viewer: Viewer;
  stranger: Viewer;
  teamId: number;
  orgEntityId: number;
  otherTeamId: number;
  drop(): Promise<void>;
};

export async function makeWorld(options: MemoryOutboundHttpOptions = {}): Promise<World> {
  const database: TestDatabase = await createTestDatabase();
  const { db } = database;
  const outbound = makeMemoryOutboundHttp(options);
  const logged: object[] = [];
  const log: Log = { ...silentLog, warn: (fields) => void logged.push(fields) };
  const pipeline = makePipeline({ ids: newId, jobsAdded: () => undefined, observe: () => undefined });
  const actions = [webhookAction({ outbound, clock: systemClock, random: systemRandom, version: "test", refused: () => undefined }), noOpAction];
  const services: Services = {
    db, pipeline, outbound, log, limits: defaultLimits, clock: systemClock, random: systemRandom, ids: newId, publicUrl: "http://bellhop.test",
    credentials: makeCredentials({ db, clock: systemClock, log }),
    ...makeMetricCaches(), objects: memoryObjectStore(), secretStore: memorySecretStore(), templates: memoryTemplates(), actions: new Map(actions.map((action) => [action.type, action])),
  };
  const [admin, member, viewer, stranger] = [await insertUser(db, "ada"), await insertUser(db, "mia"), await insertUser(db, "vic"), await insertUser(db, "sam")];
  const ours = await insertTeam(db, "acme", "vision-team");
  const theirs = await insertTeam(db, "globex", "other-team");
  await addMember(db, ours.teamEntityId, admin, "admin");
  await addMember(db, ours.teamEntityId, member, "member");
  await addMember(db, ours.teamEntityId, viewer, "viewer");
  await addMember(db, theirs.teamEntityId, stranger, "admin");
  return { services, outbound, logged, admin, member, viewer, stranger, teamId: ours.teamEntityId, orgEntityId: ours.orgEntityId, otherTeamId: theirs.teamEntityId, drop: () => database.drop() };
}

export async function insertProject(db: Database, entityId: number, name: string): Promise<number> {
  const [row] = await db.query<{ id: number }>(sql("test_project", "insert into projects (entity_id, name) values ($1, $2) returning id"), [entityId, name]);
  if (row === undefined) throw new Error("no project");
  return row.id;
}

export async function projectId(db: Database, entityId: number, name: string): Promise<number> {
  const [row] = await db.query<{ id: number }>(sql("test_project_id", "select id from projects where entity_id = $1 and name = $2"), [entityId, name]);
  if (row === undefined) throw new Error("no project");
  return row.id;
}

export async function insertCollection(db: Database, place: { entityId: number; projectId: number }, name: string, kind: "sequence" | "portfolio"): Promise<number> {
  const [row] = await db.query<{ id: number }>(sql("test_collection", `
    with type as (
      insert into artifact_types (entity_id, project_id, name) values ($1, $2, 'model') on conflict (project_id, name) do update set name = excluded.name returning id
    )
    insert into artifact_collections (entity_id, project_id, kind, name, type_id) select $1, $2, $4, $3, id from type returning id`), [place.entityId, place.projectId, name, kind]);
  if (row === undefined) throw new Error("no collection");
  return row.id;
}

/** What a promise is rejected with, as a user is told it. */
export async function refusal(promise: Promise<unknown>): Promise<{ code: string; message: string; details: unknown }> {
  const error: unknown = await promise.then(() => new Error("was not refused"), (thrown: unknown) => thrown);
  if (!(error instanceof Error) || !("code" in error) || !("details" in error)) throw error;
  return { code: String(error.code), message: error.message, details: error.details };
}
