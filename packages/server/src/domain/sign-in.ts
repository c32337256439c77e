/** Why a password did not let somebody in: one closed list. A value is never renamed: logs hold it. */
export const signInRefusals = {
  unknown_name: "Nobody has the name or the email address that was typed. It is not kept: people type passwords into the wrong field.",
  no_password: "The user has no password, and gets in with API keys only.",
  wrong_password: "The password is not the user's.",
  throttled: "Too many attempts had failed before; the password was not looked at. `limit` says whose: `name_at_address`, `name` or `address`. Noted once for each limit that is reached, until it ends.",
} as const satisfies Record<string, string>;

export type SignInRefusal = keyof typeof signInRefusals;

/**
 * How many refusals are written down in 24 hours: of each user, of names that are nobody's together, of wrong keys together.
 * Anyone may try, from as many addresses as they have, and must neither fill the disk nor hide what is tried on one
 * user behind what is tried on others.
 */
export const mostNoted = { user: 200, nobody: 1_000, keys: 1_000 } as const;
