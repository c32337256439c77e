import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import { findAuditEntries } from "../../db/queries/audit.ts";
import type { World } from "../../features/automations/testing/automation-world.ts";
import { makeWorld } from "../../features/automations/testing/automation-world.ts";
import { createApiKey } from "../../features/tokens/index.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { silentLog } from "../../kit/log.ts";
import { insertUser } from "../../testing/people.ts";
import { makeAuthenticate } from "../authenticate.ts";
import { makeHttpServer } from "../server.ts";
import type { Json, RestClient } from "../testing/rest-client.ts";
import { listen, restClient } from "../testing/rest-client.ts";
import { restRoutes } from "./index.ts";
import { auditRoutes } from "./routes-audit.ts";
import { secretRoutes } from "./routes-secrets.ts";
import { teamRoutes } from "./routes-teams.ts";

let world: World;
let app: FastifyInstance;
let admin: RestClient;
let member: RestClient;
let stranger: RestClient;
let root: RestClient;
beforeAll(async () => {
  world = await makeWorld();
  const { services } = world;
  app = makeHttpServer({ log: silentLog, ids: services.ids });
  await restRoutes(app, { services, authenticate: makeAuthenticate(services), routes: [...secretRoutes, ...teamRoutes, ...auditRoutes] });
  const address = await listen(app);
  const client = async (who: Viewer): Promise<RestClient> => restClient(address, (await createApiKey(services, who, { description: `key of ${who.username}` })).apiKey);
  [admin, member, stranger, root] = [await client(world.admin), await client(world.member), await client(world.stranger), await client(await insertUser(services.db, "root", { isAdmin: true }))];
  for (const value of ["first value", "second value"]) await admin("PUT", "/teams/vision-team/secrets/TOKEN", { value });
  await root("PUT", "/teams/vision-team/secrets/OTHER", { value: "another value" });
  await admin("PUT", "/teams/vision-team/members/vic", { role: "member" });
});
afterAll(async () => {
  await app.close();
  await world.drop();
});

const of = (query: string): string => `/audit?entity=vision-team${query}`;
const actions = ({ body }: { body: Json }): string[] => body.items.map(({ action }: Json) => action);

describe("GET /audit", () => {
  test("tells a team's administrators, newest first, who changed what, with which key and from where", async () => {
    const { status, body } = await admin("GET", of(""));
    expect(status).toBe(200);
    expect(actions({ body })).toEqual(["member.set", "secret.create", "secret.update", "secret.create"]);
    expect(body.items[0]).toMatchObject({
      entity: "vision-team", actor: "ada", credential: { kind: "api_key", name: "key of ada" }, address: "127.0.0.1", userAgent: "node", object: { type: "member", name: "vic" }, before: { role: "viewer" }, after: { role: "member" },
    });
    expect(JSON.stringify(body)).not.toContain("value");
  });

  test("is cut by actor, object and time, and goes on behind a cursor", async () => {
    expect(actions(await admin("GET", of("&actor=ROOT")))).toEqual(["secret.create"]);
    expect(actions(await admin("GET", of("&object=secret")))).toEqual(["secret.create", "secret.update", "secret.create"]);
    expect(actions(await admin("GET", of("&object=secret:TOKEN")))).toEqual(["secret.update", "secret.create"]);
    const [newest, , third] = (await admin("GET", of(""))).body.items;
    expect(actions(await admin("GET", of(`&object=secret:${third.object.id}`)))).toEqual(["secret.update", "secret.create"]);
    expect(actions(await admin("GET", of(`&until=${newest.at}`)))).not.toContain("member.set");
    expect(actions(await admin("GET", of("&since=2999-01-01T00:00:00Z")))).toEqual([]);
    const pages: string[] = [];
    for (let cursor = ""; ;) {
      const page = await admin("GET", of(`&limit=1${cursor}`));
      pages.push(...actions(page));
      if (page.body.nextCursor === null) break;
      cursor = `&cursor=${page.body.nextCursor}`;
    }
    expect(pages).toEqual(actions(await admin("GET", of(""))));
    expect((await admin("GET", of(`&cursor=${Buffer.from("k:x").toString("base64url")}`))).status).toBe(400);
  });

  test("is for administrators: a member is forbidden, a stranger's team is missing, the whole server is its administrator's", async () => {
    expect((await member("GET", of(""))).status).toBe(403);
    const [foreign, missing] = [await stranger("GET", of("")), await stranger("GET", "/audit?entity=no-team")];
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect((await admin("GET", "/audit")).status).toBe(403);
    expect(actions(await root("GET", "/audit"))).toContain("api_key.create");
    expect(actions(await member("GET", "/audit?entity=mia")), "one's own").toEqual(["api_key.create"]);
  });

  test("finds its place by the index, however long the log is", async () => {
    await world.services.db.query(sql("test_many_entries", `
      insert into audit_entries (entity_id, action, object_type, object_id, object_name, created_at)
      select 1 + n % 50, 'secret.update', 'secret', n, n, now() - n * interval '1 second' from generate_series(1, 50000) as n`), []);
    await world.services.db.query(sql("test_analyze", "analyze audit_entries"), []);
    // The plan of the statement itself, as it was prepared.
    const plan = await world.services.db.transaction(async (tx) => {
      await findAuditEntries(tx, 7, { actor: null, objectType: null, object: null, since: null, until: null, after: null, limit: 10 });
      return tx.query<Record<string, string>>(sql("test_audit_plan", "explain execute audit_of_entity ('1970-01-01', '2999-01-01', 0, 0, null, null, null, 10, 7)"), []);
    });
    const lines = plan.map((row) => Object.values(row).join()).join("\n");
    expect(lines).toMatch(/Index (Only )?Scan using audit_entries_entity/);
    expect(lines).not.toMatch(/Sort/);
  });
});
