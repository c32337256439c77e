export { deleteProject } from "./delete-project.ts";
export { ensureProject } from "./ensure-project.ts";
export { findProject, listOwnProjects, readProject, type ReadableProject } from "./read-projects.ts";
export { renameProject } from "./rename-project.ts";
export { searchProjects, type SearchProjectsInput } from "./search-projects.ts";
export { upsertProject, type UpsertProjectInput } from "./upsert-project.ts";
