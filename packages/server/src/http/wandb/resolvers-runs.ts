import type { RootResolvers } from "./graphql/resolvers.ts";
import { createRunFiles } from "./mutation/create-run-files.ts";
import { deleteFiles } from "./mutation/delete-files.ts";
import { deleteRun } from "./mutation/delete-run.ts";
import { markRunFilesUploaded } from "./mutation/mark-run-files-uploaded.ts";
import { rewindRun } from "./mutation/rewind-run.ts";
import { stopRun } from "./mutation/stop-run.ts";
import { updateRunState } from "./mutation/update-run-state.ts";
import { upsertBucket } from "./mutation/upsert-bucket.ts";

// Runs are read through their project: there are no root queries of their own.
export const runMutations: RootResolvers = {
  createRunFiles, deleteFiles, deleteRun, markRunFilesUploaded, rewindRun, stopRun, updateRunState, upsertBucket,
};
