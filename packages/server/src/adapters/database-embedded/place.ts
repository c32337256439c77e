import { join } from "node:path";
import type { Account } from "./unprivileged-user.ts";

/**
 * Where the database lives and who runs it.
 * `folder` holds the cluster, the runtime and the socket; it is the data folder unless that can't be reached.
 * `runAs` is undefined when PostgreSQL runs as the same account as we do.
 */
export type Place = { folder: string; runAs: Account | undefined };

/** The folder of a place that holds the tables: PostgreSQL's data directory. */
export const clusterOf = (folder: string): string => join(folder, "postgres");
