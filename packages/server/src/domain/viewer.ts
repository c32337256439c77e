/** Who asks: the user that an API key belongs to. */
export type Viewer = {
  userId: number;
  username: string;
  /** The user's personal entity, of the same name. */
  entityId: number;
  /** Administrator of the whole server. */
  isAdmin: boolean;
  /** The execution on whose delivery the user acts, where the request says so. */
  causedBy?: string;
};

export const roles = ["viewer", "member", "admin"] as const;
export type Role = (typeof roles)[number];

/** Whether a role is at least another: admin > member > viewer. */
export const atLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);
