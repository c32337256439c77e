import { encodeId } from "../../../domain/global-id.ts";
import type { Role } from "../../../domain/viewer.ts";
import type { Context } from "../graphql/context.ts";
import { projectNode } from "./project.ts";

type Home = { project_id: number; project_name: string; entity_id: number; entity_name: string; role: Role | null };

/** The project that something lies in; of one that the viewer does not see, no more than its name. */
export function projectOf(context: Context, home: Home): object {
  if (home.role !== null) return projectNode(context, { id: home.project_id, name: home.project_name, entity_id: home.entity_id, entity_name: home.entity_name, role: home.role });
  return {
    __typename: "Project",
    id: encodeId("Project", home.project_id),
    internalId: encodeId("ProjectInternalId", home.project_id),
    name: home.project_name,
    entityName: home.entity_name,
    entity: { __typename: "Entity", id: encodeId("Entity", home.entity_id), name: home.entity_name },
  };
}
