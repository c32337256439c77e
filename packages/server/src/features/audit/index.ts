export type { AuditRow } from "../../db/queries/audit.ts";
export { listAudit } from "./list-audit.ts";
export { recordAudit, recordAuditOfChange } from "./record-audit.ts";
export { recordRefusal, type RefusedEndpoint } from "./record-refusal.ts";
