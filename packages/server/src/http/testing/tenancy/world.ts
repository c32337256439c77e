import type { FastifyInstance } from "fastify";
import { sql } from "../../../db/database.ts";
import type { Viewer } from "../../../domain/viewer.ts";
import type { World } from "../../../features/automations/testing/automation-world.ts";
import { makeWorld } from "../../../features/automations/testing/automation-world.ts";
import { createApiKey } from "../../../features/tokens/index.ts";
import { silentLog } from "../../../kit/log.ts";
import { insertUser } from "../../../testing/people.ts";
import { registerFaces } from "../../faces.ts";
import { makeMetrics } from "../../health/metrics.ts";
import { makeHttpServer } from "../../server.ts";
import { listen } from "../rest-client.ts";

/**
 * Who asks: nobody; an administrator of another organization's team; a viewer, member and administrator of the team; an
 * administrator of its organization; one of the server. From the stranger on, each may do what the one before may.
 */
export const people = ["nobody", "stranger", "viewer", "member", "admin", "owner", "root"] as const;
export type Who = (typeof people)[number];

export type Operation = string;
export type Call = { method: string; path: string; body?: unknown; headers?: Record<string, string> };
export type Answer = { status: number; text: string };

export type Scene = World & {
  owner: Viewer;
  root: Viewer;
  /** Every operation that is served: "GET /api/v1/teams/:team", as the router knows it. */
  served: readonly Operation[];
  ask(who: Who, call: Call): Promise<Answer>;
  close(): Promise<void>;
};

/** Two organizations with a team each, everyone who may ask, and the whole server on a socket. */
export async function makeScene(): Promise<Scene> {
  const world = await makeWorld();
  const { services } = world;
  const root = await insertUser(services.db, "root", { isAdmin: true });
  const owner = await insertUser(services.db, "olga");
  await services.db.query(sql("test_owner", "insert into organization_members (organization_id, user_id, entity_id, role) select id, $2, entity_id, 'admin' from organizations where name = $1"), ["acme", owner.userId]);
  const served: Operation[] = [];
  const app: FastifyInstance = makeHttpServer({ log: silentLog, ids: services.ids });
  app.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) if (each !== "HEAD") served.push(`${each} ${url}`);
  });
  await registerFaces(app, { services, web: true, metrics: makeMetrics(), pingDatabase: () => Promise.resolve(), stopping: () => false });
  const address = await listen(app);
  services.publicUrl = address;
  const viewers = { stranger: world.stranger, viewer: world.viewer, member: world.member, admin: world.admin, owner, root };
  const keys = new Map<Who, string>();
  for (const [who, viewer] of Object.entries(viewers)) {
    const name = people.find((each) => each === who);
    if (name !== undefined) keys.set(name, (await createApiKey(services, viewer, { description: "of the matrix" })).apiKey);
  }
  return {
    ...world, owner, root, served,
    ask: async (who, { method, path, body, headers }) => {
      const key = keys.get(who);
      const response = await fetch(`${address}${path}`, {
        method,
        headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    },
    close: async () => {
      await app.close();
      await world.drop();
    },
  };
}
