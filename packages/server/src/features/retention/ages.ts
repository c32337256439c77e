/** How long things are kept, in milliseconds; null: for ever. */
export type Retention = {
  /** Executions with their attempts, from when they ended. */
  executionsMs: number | null;
  /** Events, from when they happened, and as long as one of their executions is kept. */
  eventsMs: number | null;
  /** Lines of runs that ended, from when the run was last heard of. */
  historiesMs: number | null;
  /** Entries of the audit log, from when they were made. */
  auditMs: number | null;
  /** Versions that were never committed, from when something of their upload was last heard of. */
  pendingMs: number | null;
  /** Content of files and manifests, from when nothing refers to it any more. */
  unusedMs: number;
};

/** Rows that one statement removes: it is done in some milliseconds, and holds nobody up for longer. */
export const batchRows = 500;
