import { deleteAliasRows } from "../../db/queries/artifact-aliases.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { noEvent } from "../../pipeline/index.ts";
import type { Services } from "../services.ts";
import type { NamedAlias } from "./add-aliases.ts";
import { requireAliasTargets } from "./add-aliases.ts";

/** Takes aliases from a version, each in the collection that it names; one that is not there is taken already. Needs the role member. */
export async function deleteAliases(services: Pick<Services, "db">, viewer: Viewer, input: { artifactId: number | null; aliases: readonly NamedAlias[] }): Promise<void> {
  const unwanted = await requireAliasTargets(services, viewer, input);
  await services.db.transaction(async (tx) => {
    noEvent("no automation watches an alias being taken away");
    await deleteAliasRows(tx, unwanted.flatMap(({ member, aliases }) => aliases.map((alias) => ({ membershipId: member.membershipId, alias }))));
  });
}
