import type { Transaction } from "../../db/database.ts";
import { addToOrganizationOfTeam } from "../../db/queries/people-members.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { recordAudit } from "../audit/index.ts";

/** Makes the user a member of the team's organization, unless they are one: who belongs to a team belongs to its organization. */
export async function joinOrganizationOf(tx: Transaction, viewer: Viewer, teamEntityId: number, user: { id: number; username: string }): Promise<void> {
  const entityId = await addToOrganizationOfTeam(tx, teamEntityId, user.id);
  if (entityId !== null) await recordAudit(tx, viewer, { action: "member.set", entityId, object: { id: user.id, name: user.username }, after: { role: "member" } });
}
