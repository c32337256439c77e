import type { RootResolvers } from "./graphql/resolvers.ts";
import { addAliases } from "./mutation/add-aliases.ts";
import { commitArtifact } from "./mutation/commit-artifact.ts";
import { createArtifact } from "./mutation/create-artifact.ts";
import { createArtifactCollectionTagAssignments } from "./mutation/create-artifact-collection-tag-assignments.ts";
import { createArtifactFiles } from "./mutation/create-artifact-files.ts";
import { createArtifactManifest } from "./mutation/create-artifact-manifest.ts";
import { createArtifactType } from "./mutation/create-artifact-type.ts";
import { deleteAliases } from "./mutation/delete-aliases.ts";
import { deleteArtifact } from "./mutation/delete-artifact.ts";
import { deleteArtifactCollectionTagAssignments } from "./mutation/delete-artifact-collection-tag-assignments.ts";
import { deleteArtifactPortfolio } from "./mutation/delete-artifact-portfolio.ts";
import { deleteArtifactSequence } from "./mutation/delete-artifact-sequence.ts";
import { linkArtifact } from "./mutation/link-artifact.ts";
import { moveArtifactSequence } from "./mutation/move-artifact-sequence.ts";
import { unlinkArtifact } from "./mutation/unlink-artifact.ts";
import { updateArtifact } from "./mutation/update-artifact.ts";
import { updateArtifactManifest } from "./mutation/update-artifact-manifest.ts";
import { updateArtifactPortfolio } from "./mutation/update-artifact-portfolio.ts";
import { updateArtifactSequence } from "./mutation/update-artifact-sequence.ts";
import { useArtifact } from "./mutation/use-artifact.ts";
import { artifact } from "./query/artifact.ts";
import { artifactCollection } from "./query/artifact-collection.ts";
import { clientIDMapping } from "./query/client-id-mapping.ts";

export const artifactQueries: RootResolvers = { artifact, artifactCollection, clientIDMapping };

export const artifactMutations: RootResolvers = {
  addAliases, commitArtifact, createArtifact, createArtifactCollectionTagAssignments, createArtifactFiles, createArtifactManifest, createArtifactType, deleteAliases, deleteArtifact,
  deleteArtifactCollectionTagAssignments, deleteArtifactPortfolio, deleteArtifactSequence, linkArtifact, moveArtifactSequence, unlinkArtifact, updateArtifact, updateArtifactManifest,
  updateArtifactPortfolio, updateArtifactSequence, useArtifact,
};
