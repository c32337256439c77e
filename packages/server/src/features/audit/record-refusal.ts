import { insertAuditEntry } from "../../db/queries/audit.ts";
import type { EndpointRefused } from "../../domain/endpoint/endpoint-refusal.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";

export type RefusedEndpoint = Pick<EndpointRefused, "code" | "where"> & { /** Name of the team, or id of its entity; null where only the webhook, or the execution of a run hook, says whose it was. */ team: string | number | null; webhook: { id: string; name: string } | null };

/**
 * Notes why an endpoint was refused. In the server's own part of the log: a tenant who could read the codes could map
 * the network behind this server. There is no change that it could be written with.
 */
export const recordRefusal = (services: Pick<Services, "db">, viewer: Viewer | null, { code, where, team, webhook }: RefusedEndpoint): Promise<void> =>
  insertAuditEntry(services.db, viewer, { action: "endpoint.refuse", entityId: null, object: { id: webhook?.id ?? "", name: webhook?.name ?? "" }, after: { code, where, team } });
