import { createSessionSchema, listOf, pageQuerySchema, sessionSchema } from "@bellhop/contract";
import { z } from "zod";
import type { Session } from "../../features/sessions/index.ts";
import { createSession, currentSession, endSession, listSessions } from "../../features/sessions/index.ts";
import { originOf } from "../origin-of.ts";
import { endedSessionCookie, sessionCookie } from "../session-cookie.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, openRoute, route, silentRoute } from "./route.ts";

const tag = "sessions";

const show = (session: Session, current: string | null): z.input<typeof sessionSchema> => ({
  id: session.id,
  address: session.address,
  userAgent: session.userAgent,
  createdAt: session.createdAt.toISOString(),
  expiresAt: session.expiresAt.toISOString(),
  lastUsedAt: session.lastUsedAt.toISOString(),
  current: session.id === current,
});

export const sessionRoutes: Route[] = [
  openRoute({
    method: "POST", path: "/sessions", tag, summary: "Sign in: the answer sets the session's cookie",
    params: nothing, query: nothing, body: createSessionSchema, answer: sessionSchema, status: 201,
    handle: async ({ services, request, reply, body }) => {
      const session = await createSession(services, originOf(request), body);
      reply.header("set-cookie", sessionCookie(session.token, session.lifetimeMs));
      return show(session, session.id);
    },
  }),
  route({
    method: "GET", path: "/sessions", tag, summary: "List your sessions",
    params: nothing, query: pageQuerySchema, body: null, answer: listOf(sessionSchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const rows = await listSessions(services, viewer, { after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.id, item: (row) => show(row, currentSession(viewer)) });
    },
  }),
  silentRoute({
    method: "DELETE", path: "/sessions/{id}", tag, summary: "End one of your sessions, or with `current` as the id this one: sign out",
    params: z.strictObject({ id: z.string().max(64) }), query: nothing, body: null,
    handle: async ({ services, viewer, params, reply }) => {
      await endSession(services, viewer, params);
      if (params.id === "current" || params.id === currentSession(viewer)) reply.header("set-cookie", endedSessionCookie);
    },
  }),
];
