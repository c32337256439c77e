// Brings the fields of other nouns to the types of this one and of people.
import "./nodes/join-fields.ts";
import type { RootResolvers } from "./graphql/resolvers.ts";
import { createProjectMembers } from "./mutation/create-project-members.ts";
import { deleteModel } from "./mutation/delete-model.ts";
import { deleteProjectMembers } from "./mutation/delete-project-members.ts";
import { renameProject } from "./mutation/rename-project.ts";
import { updateProjectMember } from "./mutation/update-project-member.ts";
import { upsertModel } from "./mutation/upsert-model.ts";
import { model } from "./query/model.ts";
import { models } from "./query/models.ts";
import { project } from "./query/project.ts";

export const projectsQueries: RootResolvers = { project, model, models };
export const projectsMutations: RootResolvers = { upsertModel, renameProject, deleteModel, createProjectMembers, updateProjectMember, deleteProjectMembers };
