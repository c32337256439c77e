import { createTeamSchema, listOf, memberRoleSchema, memberSchema, nameSchema, pageQuerySchema, setMemberSchema, teamSchema } from "@bellhop/contract";
import { z } from "zod";
import { createTeam, deleteTeam, listTeamMembers, listTeams, readTeam, removeTeamMember, setTeamMember } from "../../features/teams/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";
import { showMember, showTeam } from "./views-people.ts";

const tag = "teams";
const org = z.strictObject({ org: nameSchema.describe("Name of the organization, or of its entity") });
const team = z.strictObject({ team: nameSchema.describe("Name of the team, or of a personal entity") });
const member = team.extend({ username: nameSchema });

export const teamRoutes: Route[] = [
  route({
    method: "POST", path: "/organizations/{org}/teams", tag, summary: "Create a team; you become its administrator",
    params: org, query: nothing, body: createTeamSchema, answer: teamSchema, status: 201,
    handle: async ({ services, viewer, params, body }) => showTeam(await createTeam(services, viewer, { organization: params.org, name: body.name })),
  }),
  route({
    method: "GET", path: "/organizations/{org}/teams", tag, summary: "List the teams of an organization that you may see",
    params: org, query: pageQuerySchema, body: null, answer: listOf(teamSchema), status: 200,
    handle: async ({ services, viewer, params, query }) => {
      const rows = await listTeams(services, viewer, { organization: params.org, after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.name, item: showTeam });
    },
  }),
  route({
    method: "GET", path: "/teams/{team}", tag, summary: "Read a team or a personal entity",
    params: team, query: nothing, body: null, answer: teamSchema, status: 200,
    handle: async ({ services, viewer, params }) => showTeam(await readTeam(services, viewer, params)),
  }),
  silentRoute({
    method: "DELETE", path: "/teams/{team}", tag, summary: "Delete a team that has no projects, with its webhooks, secrets and automations",
    params: team, query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteTeam(services, viewer, params),
  }),
  route({
    method: "GET", path: "/teams/{team}/members", tag, summary: "List the members of a team",
    params: team, query: pageQuerySchema, body: null, answer: listOf(memberSchema), status: 200,
    handle: async ({ services, viewer, params, query }) => {
      const rows = await listTeamMembers(services, viewer, { ...params, after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.username, item: showMember });
    },
  }),
  route({
    method: "PUT", path: "/teams/{team}/members/{username}", tag, summary: "Add a member to a team (and to its organization), or change the role",
    params: member, query: nothing, body: setMemberSchema, answer: memberRoleSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => {
      await setTeamMember(services, viewer, { ...params, role: body.role });
      return { username: params.username, role: body.role };
    },
  }),
  silentRoute({
    method: "DELETE", path: "/teams/{team}/members/{username}", tag, summary: "Remove a member from a team, or leave it",
    params: member, query: nothing, body: null,
    handle: ({ services, viewer, params }) => removeTeamMember(services, viewer, params),
  }),
];
