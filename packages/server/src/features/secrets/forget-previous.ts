import { deleteExpiredPrevious } from "../../db/queries/previous-secrets.ts";
import type { Services } from "../services.ts";

/** Deletes what is left of values whose rotation's overlap has ended; nothing has used them since. Nobody asks for it: the server does by itself. Gives how many. */
export const forgetPreviousSecrets = ({ db }: Pick<Services, "db">): Promise<number> => deleteExpiredPrevious(db);
