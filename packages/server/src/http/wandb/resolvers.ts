import type { RootResolvers } from "./graphql/resolvers.ts";
import { artifactMutations, artifactQueries } from "./resolvers-artifacts.ts";
import { automationMutations } from "./resolvers-automations.ts";
import { peopleMutations, peopleQueries } from "./resolvers-people.ts";
import { projectsMutations, projectsQueries } from "./resolvers-projects.ts";
import { runMutations } from "./resolvers-runs.ts";

/** Every root field of the W&B face, by its name in the schema. */
export const queries: RootResolvers = { ...peopleQueries, ...projectsQueries, ...artifactQueries };
export const mutations: RootResolvers = { ...peopleMutations, ...projectsMutations, ...runMutations, ...artifactMutations, ...automationMutations };
