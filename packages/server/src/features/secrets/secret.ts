import type { SecretRow } from "../../db/queries/secrets.ts";

/** What is ever told of a secret. */
export type Secret = {
  name: string;
  /** Counts the values that the secret has had. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
  /** User name; null when that user is gone. */
  updatedBy: string | null;
  /** Number of webhooks that name the secret. */
  usedBy: number;
  /** Earlier values that deliveries are still signed with, beside the present one; the latest first. */
  previous: { version: number; until: Date }[];
};

export const secretOf = (row: SecretRow): Secret => ({
  name: row.name,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
  usedBy: row.used_by,
  previous: row.previous.map(({ version, until }) => ({ version, until: new Date(until) })),
});
