import { listProjectsOfEntity } from "../../db/queries/projects.ts";
import { isRegistryName } from "../../domain/names.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireOrganization } from "../teams/index.ts";
import type { Services } from "../services.ts";
import type { Registry } from "./registry.ts";
import { requireRegistry, toRegistry } from "./registry.ts";

type Db = Pick<Services, "db">;

/** Throws not_found. */
export async function readRegistry(services: Db, viewer: Viewer, input: { organization: string; registry: string }): Promise<Registry> {
  const organization = await requireOrganization(services.db, viewer, input.organization, "viewer");
  return requireRegistry(services.db, viewer, { organization, name: input.registry }, "viewer");
}

/** An organization has few registries: they are read at once, sorted by name, and cut. Up to `limit` + 1. */
export async function listRegistries(services: Db, viewer: Viewer, input: { organization: string; after: string | null; limit: number }): Promise<Registry[]> {
  const organization = await requireOrganization(services.db, viewer, input.organization, "viewer");
  const projects = await listProjectsOfEntity(services.db, viewer.userId, organization.entityId, { offset: 0, limit: 10_000 });
  const { after } = input;
  const wanted = projects
    .filter(({ name }) => isRegistryName(name) && (after === null || name > after))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, input.limit + 1);
  return Promise.all(wanted.map((project) => toRegistry(services.db, project, organization)));
}
