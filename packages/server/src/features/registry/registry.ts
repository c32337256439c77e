import type { Querier } from "../../db/database.ts";
import type { ProjectDetails } from "../../db/queries/projects.ts";
import { findProjectDetails } from "../../db/queries/projects.ts";
import { listArtifactTypes } from "../../db/queries/registries.ts";
import type { AuditDetails } from "../../domain/audit.ts";
import { conflict, invalid, invalidAt, notFound } from "../../domain/failure.ts";
import { nameProblem, registryPrefix } from "../../domain/names.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import { requireProject } from "../access/index.ts";
import type { VisibleOrganization } from "../teams/index.ts";

/** A registry is a project named `wandb-registry-<name>` of an organization's entity. */
export type Registry = {
  projectId: number;
  /** Without the prefix. */
  name: string;
  projectName: string;
  organization: string;
  entityName: string;
  description: string | null;
  visibility: Visibility;
  /** Null when every type may be linked. */
  artifactTypes: string[] | null;
  role: Role;
  createdAt: Date;
  updatedAt: Date;
};

/** organization: every member sees it; restricted: its own members and the organization's administrators do. */
export type Visibility = "organization" | "restricted";

export const accessOf = (visibility: Visibility): "PRIVATE" | "RESTRICTED" => (visibility === "restricted" ? "RESTRICTED" : "PRIVATE");
export const visibilityOf = (access: "PRIVATE" | "RESTRICTED"): Visibility => (access === "RESTRICTED" ? "restricted" : "organization");

const core: ReadonlySet<string> = new Set([`${registryPrefix}model`, `${registryPrefix}dataset`]);

/** Throws conflict for the registries that every organization has. */
export function requireNotCore(projectName: string, deed: string): void {
  if (core.has(projectName)) throw conflict(`"${projectName.slice(registryPrefix.length)}" is a core registry; it cannot be ${deed}.`);
}

/** The project's name. Throws invalid for a name that no registry may have. */
export function registryProjectName(name: string): string {
  const problem = nameProblem("project", name, "name");
  if (problem !== null) throw invalid([problem]);
  const longest = 128 - registryPrefix.length;
  if (name.length > longest) throw invalidAt("name", `must have at most ${longest} characters, has ${name.length}`);
  if (name !== name.trim()) throw invalidAt("name", "must not begin or end with a space");
  return registryPrefix + name;
}

export function requireArtifactTypes(names: readonly string[]): void {
  const problems = names.flatMap((name, index) => nameProblem("artifactType", name, `artifactTypes[${index}]`) ?? []);
  if (problems.length > 0) throw invalid(problems);
}

/** The registry with its settings. Throws not_found, and forbidden below the role. */
export async function requireRegistry(db: Querier, viewer: Viewer, which: { organization: VisibleOrganization; name: string }, needed: Role): Promise<Registry> {
  const { id } = await requireRegistryProject(db, viewer, which, needed);
  const details = await findProjectDetails(db, viewer.userId, id);
  if (details === null) throw notFound(`Registry "${which.name}"`);
  return toRegistry(db, details, which.organization);
}

/** Takes the name with or without the prefix: the SDK's users know both. */
async function requireRegistryProject(db: Querier, viewer: Viewer, { organization, name }: { organization: VisibleOrganization; name: string }, needed: Role): Promise<{ id: number }> {
  const full = name.startsWith(registryPrefix) ? name : registryPrefix + name;
  return requireProject(db, viewer, { entity: organization.entityName, name: full }, needed);
}

export async function toRegistry(db: Querier, project: ProjectDetails, organization: VisibleOrganization): Promise<Registry> {
  return {
    projectId: project.id,
    name: project.name.slice(registryPrefix.length),
    projectName: project.name,
    organization: organization.name,
    entityName: organization.entityName,
    description: project.description,
    visibility: visibilityOf(project.access),
    artifactTypes: project.allowAllArtifactTypes ? null : await listArtifactTypes(db, project.id),
    role: project.role ?? "viewer",
    createdAt: project.createdAt,
    updatedAt: project.updatedAt,
  };
}

/** What the audit log tells of a registry. */
export const auditedRegistry = ({ name, description, visibility, artifactTypes }: Registry): AuditDetails => ({ name, description, visibility, artifactTypes });
