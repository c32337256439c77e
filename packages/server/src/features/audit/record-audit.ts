import type { Transaction } from "../../db/database.ts";
import type { NewAuditEntry } from "../../db/queries/audit.ts";
import { insertAuditEntry } from "../../db/queries/audit.ts";
import type { AuditDetails } from "../../domain/audit.ts";
import { changedDetails } from "../../domain/audit.ts";
import type { Viewer } from "../../domain/viewer.ts";

/** Writes an entry in the transaction of the change that it tells of. `viewer` is null where the server itself acts. */
export const recordAudit = (tx: Transaction, viewer: Viewer | null, entry: NewAuditEntry): Promise<void> => insertAuditEntry(tx, viewer, entry);

/** As recordAudit, with the fields that differ; writes nothing where none does. */
export async function recordAuditOfChange(tx: Transaction, viewer: Viewer | null, entry: NewAuditEntry & { before: AuditDetails; after: AuditDetails }): Promise<void> {
  const changed = changedDetails(entry.before, entry.after);
  if (Object.keys(changed.before).length === 0 && Object.keys(changed.after).length === 0) return;
  await insertAuditEntry(tx, viewer, { ...entry, ...changed });
}
