import type { VisibleEntity } from "../../../features/access/index.ts";
import { findProject, listOwnProjects, searchProjects } from "../../../features/projects/index.ts";
import type { Connection, PageArgs } from "../graphql/connection.ts";
import { connectionOf, pageWindow } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { projectConnection, projectNode } from "./project.ts";

type ProjectsArgs = PageArgs & { filters?: string | null; order?: string | null };

/** The projects of an entity. */
export const entityProjectFields = (context: Context, entity: VisibleEntity): object => ({
  project: async ({ name }: { name?: string | null }) => {
    const project = name === null || name === undefined ? null : await findProject(context.services, requireViewer(context), { entity: entity.name, name });
    return project === null ? null : projectNode(context, project);
  },
  projects: (args: ProjectsArgs) => projectsOf(context, { id: entity.id }, args),
});

/** A page of an entity's projects; empty when the viewer may not see the entity. */
export async function projectsOf(context: Context, entity: { id: number } | { name: string }, args: ProjectsArgs): Promise<Connection<object>> {
  const window = pageWindow(args, { normal: 50, most: context.services.limits.pageSize });
  const input = { entity, filters: args.filters ?? null, order: args.order ?? null, offset: window.offset, limit: window.limit };
  return projectConnection(context, (await searchProjects(context.services, requireViewer(context), input)) ?? [], window);
}

/** The projects of a user, and of their teams and organizations; told to the user only. */
export const userProjectFields = (context: Context, user: { id: number }): object => ({
  projects: async (args: PageArgs) => {
    const viewer = requireViewer(context);
    const window = pageWindow(args, { normal: 50, most: context.services.limits.pageSize });
    if (user.id !== viewer.userId) return connectionOf([], window, () => ({}));
    return projectConnection(context, await listOwnProjects(context.services, viewer, window), window);
  },
});
