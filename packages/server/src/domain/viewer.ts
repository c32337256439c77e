/** Where a request came from: what the audit log keeps of it. */
export type Origin = {
  /** The API key or session that proved who asks; null where a password did. */
  credential: { kind: CredentialKind; id: string; name: string | null } | null;
  address: string;
  userAgent: string | null;
};

export type CredentialKind = "api_key" | "session";

/** Who asks: the user that an API key or a session belongs to. */
export type Viewer = {
  userId: number;
  username: string;
  /** The user's personal entity, of the same name. */
  entityId: number;
  /** Administrator of the whole server. */
  isAdmin: boolean;
  /** Absent where no request stands behind it. */
  origin?: Origin;
  /** The execution on whose delivery the user acts, where the request says so. */
  causedBy?: string;
};

export const roles = ["viewer", "member", "admin"] as const;
export type Role = (typeof roles)[number];

/** Whether a role is at least another: admin > member > viewer. */
export const atLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
