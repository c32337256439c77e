import { createRegistrySchema, listOf, memberRoleSchema, memberSchema, nameSchema, pageQuerySchema, registrySchema, setMemberSchema, updateRegistrySchema } from "@bellhop/contract";
import { z } from "zod";
import {
  createRegistry, deleteRegistry, listRegistries, listRegistryMembers, readRegistry, removeRegistryMember, setRegistryMember, updateRegistry,
} from "../../features/registry/index.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Route } from "./route.ts";
import { nothing, route, silentRoute } from "./route.ts";
import { showMember, showRegistry } from "./views-people.ts";

const tag = "registries";
const org = z.strictObject({ org: nameSchema.describe("Name of the organization, or of its entity") });
const registry = org.extend({ registry: nameSchema.describe("Name of the registry, with or without the prefix wandb-registry-") });
const member = registry.extend({ username: nameSchema });

const registries: Route[] = [
  route({
    method: "POST", path: "/organizations/{org}/registries", tag, summary: "Create a registry",
    params: org, query: nothing, body: createRegistrySchema, answer: registrySchema, status: 201,
    handle: async ({ services, viewer, params, body }) => showRegistry(await createRegistry(services, viewer, { organization: params.org, ...body, description: body.description ?? null })),
  }),
  route({
    method: "GET", path: "/organizations/{org}/registries", tag, summary: "List the registries of an organization that you may see",
    params: org, query: pageQuerySchema, body: null, answer: listOf(registrySchema), status: 200,
    handle: async ({ services, viewer, params, query }) => {
      const rows = await listRegistries(services, viewer, { organization: params.org, after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.projectName, item: showRegistry });
    },
  }),
  route({
    method: "GET", path: "/organizations/{org}/registries/{registry}", tag, summary: "Read a registry",
    params: registry, query: nothing, body: null, answer: registrySchema, status: 200,
    handle: async ({ services, viewer, params }) => showRegistry(await readRegistry(services, viewer, { organization: params.org, registry: params.registry })),
  }),
  route({
    method: "PATCH", path: "/organizations/{org}/registries/{registry}", tag, summary: "Change a registry; what is left out stays",
    params: registry, query: nothing, body: updateRegistrySchema, answer: registrySchema, status: 200,
    handle: async ({ services, viewer, params, body }) => showRegistry(await updateRegistry(services, viewer, { organization: params.org, registry: params.registry, ...body })),
  }),
  silentRoute({
    method: "DELETE", path: "/organizations/{org}/registries/{registry}", tag, summary: "Delete a registry with its collections and automations; not a core registry",
    params: registry, query: nothing, body: null,
    handle: ({ services, viewer, params }) => deleteRegistry(services, viewer, { organization: params.org, registry: params.registry }),
  }),
];

const members: Route[] = [
  route({
    method: "GET", path: "/organizations/{org}/registries/{registry}/members", tag, summary: "List the members of a registry itself",
    params: registry, query: pageQuerySchema, body: null, answer: listOf(memberSchema), status: 200,
    handle: async ({ services, viewer, params, query }) => {
      const rows = await listRegistryMembers(services, viewer, { organization: params.org, registry: params.registry, after: readCursor(query.cursor), limit: query.limit });
      return pageOf(rows, query.limit, { key: (row) => row.username, item: showMember });
    },
  }),
  route({
    method: "PUT", path: "/organizations/{org}/registries/{registry}/members/{username}", tag, summary: "Add a member of the organization to a registry, or change the role",
    params: member, query: nothing, body: setMemberSchema, answer: memberRoleSchema, status: 200,
    handle: async ({ services, viewer, params, body }) => {
      await setRegistryMember(services, viewer, { organization: params.org, registry: params.registry, username: params.username, role: body.role });
      return { username: params.username, role: body.role };
    },
  }),
  silentRoute({
    method: "DELETE", path: "/organizations/{org}/registries/{registry}/members/{username}", tag, summary: "Remove a member from a registry",
    params: member, query: nothing, body: null,
    handle: ({ services, viewer, params }) => removeRegistryMember(services, viewer, { organization: params.org, registry: params.registry, username: params.username }),
  }),
];

export const registryRoutes: Route[] = [...registries, ...members];
