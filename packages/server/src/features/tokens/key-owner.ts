import type { Querier } from "../../db/database.ts";
import { findUserByName } from "../../db/queries/people.ts";
import { notFound } from "../../domain/failure.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { requireServerAdmin } from "../access/index.ts";
import type { KeyOwner } from "./issue-api-key.ts";

/** Whose keys are meant: the viewer's own, or for a server administrator those of another user. Throws forbidden to others, not_found. */
export async function requireKeyOwner(db: Querier, viewer: Viewer, username: string | null): Promise<KeyOwner> {
  if (username === null || username.toLowerCase() === viewer.username.toLowerCase()) return viewer;
  requireServerAdmin(viewer);
  const user = await findUserByName(db, username);
  if (user === null) throw notFound(`User "${username}"`);
  return { userId: user.id, entityId: user.entityId, username: user.username };
}
