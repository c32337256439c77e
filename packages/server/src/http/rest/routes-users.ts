import { changePasswordSchema, createdUserSchema, createUserSchema, currentUserSchema, listOf, nameSchema, pageQuery, setPasswordSchema, userSchema } from "@bellhop/contract";
import { z } from "zod";
import { createUser, deleteUser, listUserOrganizations, listUsers, listUserTeams, readCurrentUser, readUser } from "../../features/teams/index.ts";
import { changePassword, setPassword } from "../../features/sessions/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";
import { keyRoutes } from "./routes-keys.ts";
import { showUser } from "./views-people.ts";

const tag = "users";
const username = z.strictObject({ username: nameSchema });

const users: Route[] = [
  route({
    method: "POST", path: "/users", tag, summary: "Create a user, with a personal entity of the same name and an API key",
    params: nothing, query: nothing, body: createUserSchema, answer: createdUserSchema, status: 201,
    handle: async ({ services, viewer, body }) => {
      const { user, apiKey } = await createUser(services, viewer, body);
      return { username: user.username, apiKey };
    },
  }),
  route({
    method: "GET", path: "/users", tag, summary: "List the users whom you may see: those of your organizations",
    params: nothing, query: z.strictObject({ ...pageQuery, search: z.string().min(1).max(256).optional().describe("Part of the user name, or the whole email address") }), body: null, answer: listOf(userSchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const rows = await listUsers(services, viewer, { text: query.search ?? null, after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.username, item: showUser });
    },
  }),
  route({
    method: "GET", path: "/users/me", tag, summary: "Who you are",
    params: nothing, query: nothing, body: null, answer: currentUserSchema, status: 200,
    handle: async ({ services, viewer }) => {
      const [user, teams, organizations] = await Promise.all([readCurrentUser(services, viewer), listUserTeams(services, viewer.userId), listUserOrganizations(services, viewer.userId)]);
      return { ...showUser(user), teams: teams.map(({ name }) => name), organizations: organizations.map(({ name }) => name) };
    },
  }),
  route({
    method: "GET", path: "/users/{username}", tag, summary: "Read a user",
    params: username, query: nothing, body: null, answer: userSchema, status: 200,
    handle: async ({ services, viewer, params }) => showUser(await readUser(services, viewer, params)),
  }),
  silentRoute({
    method: "DELETE", path: "/users/{username}", tag, summary: "Delete a user who owns no projects",
    params: username, query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteUser(services, viewer, params),
  }),
];

const passwords: Route[] = [
  silentRoute({
    method: "PUT", path: "/users/me/password", tag, summary: "Change your password: all of your sessions end but this one; API keys stay",
    params: nothing, query: nothing, body: changePasswordSchema,
    handle: ({ services, viewer, body }) => changePassword(services, viewer, body),
  }),
  silentRoute({
    method: "PUT", path: "/users/{username}/password", tag, summary: "Give a user a new password: all of their sessions end; API keys stay; for administrators of the server",
    params: username, query: nothing, body: setPasswordSchema,
    handle: ({ services, viewer, params, body }) => setPassword(services, viewer, { ...params, ...body }),
  }),
];

export const userRoutes: Route[] = [...users, ...passwords, ...keyRoutes];
