import { findSecrets } from "../../db/queries/secrets.ts";
import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import { requireTeam } from "./permissions.ts";
import type { Secret } from "./secret.ts";
import { secretOf } from "./secret.ts";

/** The team's secrets without their values, in the order of their names, beginning behind the name `after`. For the team's admins. */
export async function listSecrets(services: Pick<Services, "db">, viewer: Viewer, input: { team: string; after: string | null; limit: number }): Promise<Secret[]> {
  const team = await requireTeam(services.db, viewer, input.team, "admin");
  const rows = await findSecrets(services.db, team.id, { after: input.after ?? "", limit: input.limit });
  return rows.map(secretOf);
}
