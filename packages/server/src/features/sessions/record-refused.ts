import type { Database } from "../../db/database.ts";
import type { NewAuditEntry } from "../../db/queries/audit.ts";
import { insertAuditEntry } from "../../db/queries/audit.ts";
import type { BlockedLogin } from "../../db/queries/login-failures.ts";
import { takeNoteTurn } from "../../db/queries/login-failures.ts";
import type { Login } from "../../db/queries/people.ts";
import type { SignInRefusal } from "../../domain/sign-in.ts";
import { mostNoted } from "../../domain/sign-in.ts";
import type { Origin, Viewer } from "../../domain/viewer.ts";
import { networkOf } from "../../kit/network-of.ts";
import type { Services } from "../services.ts";

const dayMs = 86_400_000;
/** Wrong keys of one address are noted once in so long. */
const keysMs = 15 * 60_000;

const limits = ["name_at_address", "name", "address"] as const;

/** Who tries a password. */
export type Trying = {
  from: Omit<Origin, "credential">;
  /** Whose password is to become another one; null where somebody signs in. */
  viewer: Viewer | null;
};

type Refused = { user: Login | null; reason: SignInRefusal; limit?: (typeof limits)[number] | undefined };

/** Notes that name and password did not fit: in the user's part of the log, or in the server's, where no name is told. */
export function recordRefusedPassword(db: Database, { viewer, from }: Trying, { user, reason, limit }: Refused): Promise<void> {
  // Where somebody signs in, the object is the session that did not begin: it has no id.
  const object = { id: viewer?.userId ?? "", name: user?.username ?? "" };
  const details = { reason, ...(limit === undefined ? {} : { limit }), ...(user === null || viewer !== null ? {} : { by: user.by }) };
  const entry: NewAuditEntry = { action: viewer === null ? "session.refuse" : "user.refuse_password", entityId: user?.entityId ?? null, object, from, after: details };
  const [subject, entries] = user === null ? ["noted of nobody", mostNoted.nobody] as const : [`noted of user ${user.userId}`, mostNoted.user] as const;
  return recordWithin(db, { subject, most: entries }, { viewer, entry });
}

/** Notes that an attempt was not judged, once for each limit that was reached: hammering at it writes nothing. */
export async function recordThrottled(db: Database, trying: Trying, { blocked, find }: { blocked: BlockedLogin; find: () => Promise<Login | null> }): Promise<void> {
  if ((await takeNoteTurn(db, `noted of ${blocked.subject}`, { most: 1, windowMs: blocked.forMs })) === null) return;
  await recordRefusedPassword(db, trying, { user: await find(), reason: "throttled", limit: limits[blocked.kind - 1] });
}

/** Notes that an address sent so many wrong API keys that none from there is looked at: in the server's part of the log. */
export async function recordRefusedKeys({ db }: Pick<Services, "db">, from: Omit<Origin, "credential">): Promise<void> {
  if ((await takeNoteTurn(db, `noted of keys from ${networkOf(from.address)}`, { most: 1, windowMs: keysMs })) === null) return;
  const entry: NewAuditEntry = { action: "api_key.refuse", entityId: null, object: { id: "", name: "" }, from };
  await recordWithin(db, { subject: "noted of keys", most: mostNoted.keys }, { viewer: null, entry });
}

/** Writes the entry unless the day's are used up; the last one says until when nothing more is written. */
async function recordWithin(db: Database, limit: { subject: string; most: number }, { viewer, entry }: { viewer: Viewer | null; entry: NewAuditEntry }): Promise<void> {
  const turn = await takeNoteTurn(db, limit.subject, { most: limit.most, windowMs: dayMs });
  if (turn === null) return;
  const last = turn.nth === limit.most ? { nothingMoreUntil: turn.until.toISOString() } : {};
  await insertAuditEntry(db, viewer, { ...entry, after: { ...entry.after, ...last } });
}
