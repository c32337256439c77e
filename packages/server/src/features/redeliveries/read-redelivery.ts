import type { Viewer } from "../../domain/viewer.ts";
import type { Services } from "../services.ts";
import type { Redelivery } from "./redelivery.ts";
import { requireVisibleRedelivery } from "./redelivery.ts";

/** A redelivery and how far it is. For everybody in its entity. */
export async function readRedelivery(services: Pick<Services, "db">, viewer: Viewer, input: { id: string }): Promise<Redelivery> {
  return (await requireVisibleRedelivery(services.db, viewer, input.id)).redelivery;
}
