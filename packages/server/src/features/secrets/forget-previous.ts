import { deleteExpiredPrevious } from "../../db/queries/previous-secrets.ts";
import type { Services } from "../services.ts";

/** Deletes what is left of values whose rotation's overlap has ended; nothing has used them since. Nobody asks for it: the server does by itself. */
export async function forgetPreviousSecrets({ db, log }: Pick<Services, "db" | "log">): Promise<void> {
  const forgotten = await deleteExpiredPrevious(db);
  if (forgotten > 0) log.info({ forgotten }, "the overlap of rotated secrets has ended; their earlier values are deleted");
}
