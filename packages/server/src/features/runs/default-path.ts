import type { Viewer } from "../../domain/viewer.ts";

/** Where scripts log that name no project. */
const projectOfNoName = "uncategorized";

/** A project's path, with what was left out, or left empty, filled in: the viewer's own entity, and the project for what has none. */
export const defaultPath = (viewer: Viewer, path: { entity: string | null; project: string | null }): { entity: string; name: string } => ({
  entity: path.entity === null || path.entity === "" ? viewer.username : path.entity,
  name: path.project === null || path.project === "" ? projectOfNoName : path.project,
});
