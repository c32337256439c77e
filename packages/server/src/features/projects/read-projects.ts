import type { ProjectDetails } from "../../db/queries/projects.ts";
import { findProjectDetails, listProjectsOfUser } from "../../db/queries/projects.ts";
import type { Role, Viewer } from "../../domain/viewer.ts";
import type { VisibleProject } from "../access/index.ts";
import { findVisibleProject } from "../access/index.ts";
import type { Services } from "../services.ts";

type Db = Pick<Services, "db">;

export type ReadableProject = Omit<ProjectDetails, "role"> & { role: Role };

export const readable = (project: ProjectDetails): ReadableProject | [] => (project.role === null ? [] : { ...project, role: project.role });

/** Null when there is no such project, or the viewer may not see it. */
export const findProject = (services: Db, viewer: Viewer, which: { entity: string; name: string } | { id: number }): Promise<VisibleProject | null> => findVisibleProject(services.db, viewer, which);

/** All there is to say of a project itself; null when the viewer may not see it. */
export async function readProject(services: Db, viewer: Viewer, id: number): Promise<ReadableProject | null> {
  const found = await findProjectDetails(services.db, viewer.userId, id);
  return found === null || found.role === null ? null : { ...found, role: found.role };
}

/** Projects of the viewer, their teams and organizations, newest first. */
export const listOwnProjects = async (services: Db, viewer: Viewer, page: { offset: number; limit: number }): Promise<ReadableProject[]> =>
  (await listProjectsOfUser(services.db, viewer.userId, page)).flatMap(readable);
