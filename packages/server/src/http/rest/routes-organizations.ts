import { createOrganizationSchema, listOf, memberRoleSchema, memberSchema, nameSchema, organizationSchema, pageQuerySchema, setMemberSchema } from "@bellhop/contract";
import { z } from "zod";
import {
  createOrganization, deleteOrganization, listOrganizationMembers, listOrganizations, readOrganization, removeOrganizationMember, setOrganizationMember,
} from "../../features/teams/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";
import { showMember, showOrganization } from "./views-people.ts";

const tag = "organizations";
const org = z.strictObject({ org: nameSchema.describe("Name of the organization, or of its entity") });
const member = org.extend({ username: nameSchema });

export const organizationRoutes: Route[] = [
  route({
    method: "POST", path: "/organizations", tag, summary: "Create an organization, with the core registries model and dataset; you become its administrator",
    params: nothing, query: nothing, body: createOrganizationSchema, answer: organizationSchema, status: 201,
    handle: async ({ services, viewer, body }) => showOrganization(await createOrganization(services, viewer, body)),
  }),
  route({
    method: "GET", path: "/organizations", tag, summary: "List your organizations",
    params: nothing, query: pageQuerySchema, body: null, answer: listOf(organizationSchema), status: 200,
    handle: async ({ services, viewer, query }) => {
      const rows = await listOrganizations(services, viewer, { after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.name, item: showOrganization });
    },
  }),
  route({
    method: "GET", path: "/organizations/{org}", tag, summary: "Read an organization",
    params: org, query: nothing, body: null, answer: organizationSchema, status: 200,
    handle: async ({ services, viewer, params }) => showOrganization(await readOrganization(services, viewer, { organization: params.org })),
  }),
  silentRoute({
    method: "DELETE", path: "/organizations/{org}", tag, summary: "Delete an organization that has no teams, and no collections in its registries",
    params: org, query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteOrganization(services, viewer, { organization: params.org }),
  }),
  route({
    method: "GET", path: "/organizations/{org}/members", tag, summary: "List the members of an organization",
    params: org, query: pageQuerySchema, body: null, answer: listOf(memberSchema), status: 200,
    handle: async ({ services, viewer, params, query }) => {
      const rows = await listOrganizationMembers(services, viewer, { organization: params.org, after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.username, item: showMember });
    },
  }),
  route({
    method: "PUT", path: "/organizations/{org}/members/{username}", tag, summary: "Add a member to an organization, or change the role",
    params: member, query: nothing, body: setMemberSchema, answer: memberRoleSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => {
      await setOrganizationMember(services, viewer, { organization: params.org, username: params.username, role: body.role });
      return { username: params.username, role: body.role };
    },
  }),
  silentRoute({
    method: "DELETE", path: "/organizations/{org}/members/{username}", tag, summary: "Remove a member from an organization and its teams, or leave it",
    params: member, query: nothing, body: null,
    handle: ({ services, viewer, params }) => removeOrganizationMember(services, viewer, { organization: params.org, username: params.username }),
  }),
];
