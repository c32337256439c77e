import { project } from "./project.ts";

/** Former name of `project`. */
export const model = project;
