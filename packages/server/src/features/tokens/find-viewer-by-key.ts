import { findViewerByHash } from "../../db/queries/tokens.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";

/** The user that the key with this SHA-256 belongs to; null when there is no such key. */
export const findViewerByKeyHash = (services: Pick<Services, "db">, hash: Buffer): Promise<Viewer | null> => findViewerByHash(services.db, hash);
