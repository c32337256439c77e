import type { LinkMethod } from "../../domain/signed-link/signed-link.ts";
import { signLink } from "../../domain/signed-link/signed-link.ts";
import type { Services } from "../../features/services.ts";

/** A script may upload hours after it asked for the link, and a list of files may be worked through slowly. */
const lifetimeMs = 24 * 3_600_000;

export const runFilePath = (fileId: number): string => `/storage/run-files/${fileId}`;

/** The address by which whoever holds it may read or write one file of a run, for a day. */
export function runFileLink(services: Pick<Services, "secretStore" | "clock" | "publicUrl">, method: LinkMethod, fileId: number): string {
  const path = runFilePath(fileId);
  const expiresAt = new Date(services.clock.now().getTime() + lifetimeMs);
  return `${services.publicUrl}${path}?${signLink({ method, path, expiresAt }, services.secretStore.derive("links"))}`;
}
