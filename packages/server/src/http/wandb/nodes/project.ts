import { encodeId } from "../../../domain/global-id.ts";
import type { VisibleProject } from "../../../features/access/index.ts";
import { findVisibleEntity } from "../../../features/access/index.ts";
import type { ReadableProject } from "../../../features/projects/index.ts";
import { readProject } from "../../../features/projects/index.ts";
import { listRegistryMembers } from "../../../features/registry/index.ts";
import { findUser } from "../../../features/teams/index.ts";
import type { Connection } from "../graphql/connection.ts";
import { connectionOf } from "../graphql/connection.ts";
import type { Context } from "../graphql/context.ts";
import { requireViewer } from "../graphql/context.ts";
import { isRegistryName } from "../../../domain/names.ts";
import { entityNode } from "./entity.ts";
import { makeJoint, once } from "./joint.ts";
import { projectMemberNode } from "./member.ts";
import { userNode } from "./user.ts";

/** What other nouns say of a project; filled by join-fields.ts. */
export const projectFields = makeJoint<VisibleProject>();

/** A project that the viewer was found to see. What is more than its name is read when a field asks for it, in one look-up for all. */
export function projectNode(context: Context, project: VisibleProject, known?: ReadableProject): object {
  const { services } = context;
  const viewer = requireViewer(context);
  const details = once(() => (known === undefined ? readProject(services, viewer, project.id) : Promise.resolve(known)));
  return {
    __typename: "Project",
    id: encodeId("Project", project.id),
    internalId: encodeId("ProjectInternalId", project.id),
    name: project.name,
    entityName: project.entity_name,
    readOnly: project.role === "viewer",
    // There are no benchmarks, and a project has no code, image or views of its own.
    isBenchmark: false,
    repo: null,
    dockerImage: null,
    views: null,
    description: async () => (await details())?.description,
    access: async () => (await details())?.access,
    allowAllArtifactTypesInRegistry: async () => (await details())?.allowAllArtifactTypes,
    createdAt: async () => (await details())?.createdAt.toISOString(),
    updatedAt: async () => (await details())?.updatedAt.toISOString(),
    entity: async () => {
      const entity = await findVisibleEntity(services.db, viewer, { id: project.entity_id });
      return entity === null ? null : entityNode(context, entity);
    },
    user: async () => {
      const createdBy = (await details())?.createdBy ?? null;
      const user = createdBy === null ? null : await findUser(services, createdBy);
      return user === null ? null : userNode(context, user);
    },
    members: async () => {
      if (!isRegistryName(project.name)) return [];
      return (await listRegistryMembers(services, viewer, { organization: project.entity_name, registry: project.name, after: null, limit: 10_000 })).map(projectMemberNode);
    },
    ...projectFields.of(context, project),
  };
}

/** A page of projects that were read with all their details. */
export const projectConnection = (context: Context, projects: readonly ReadableProject[], window: { offset: number; size: number }): Connection<object> =>
  connectionOf(projects, window, (project) => projectNode(context, { id: project.id, entity_id: project.entityId, entity_name: project.entityName, name: project.name, role: project.role }, project));
