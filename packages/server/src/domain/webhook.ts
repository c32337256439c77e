export type SignatureEncoding = "base64" | "hex" | "sha256=hex";
export type HttpMethod = "POST" | "PUT" | "PATCH" | "GET";

/** A team's webhook as the delivery needs it. Secrets stand as names. */
export type Webhook = {
  id: string;
  entityId: number;
  name: string;
  url: string;
  method: HttpMethod;
  timeoutMs: number;
  /** Deliveries that may be under way at once; null for the server's setting. */
  concurrency: number | null;
  /** Milliseconds to wait before each attempt, the first being 0; null for the server's schedule. */
  retryScheduleMs: readonly number[] | null;
  accessToken: string | null;
  signingSecret: string | null;
  secretNames: readonly string[];
  signatureEncoding: SignatureEncoding;
  headers: Record<string, string>;
  enabled: boolean;
};

/** The secrets of this webhook that its users name in payloads, each once: the further ones and the one that signs. */
export const payloadSecretNames = (webhook: Pick<Webhook, "secretNames" | "signingSecret">): string[] => [
  ...new Set([...webhook.secretNames, ...(webhook.signingSecret === null ? [] : [webhook.signingSecret])]),
];

const tokenName = "ACCESS_TOKEN";

/** The names that a payload or a header may use for secrets of this webhook: only these are ever filled in. */
export const grantedNames = (webhook: Pick<Webhook, "secretNames" | "signingSecret" | "accessToken">): string[] => [
  ...payloadSecretNames(webhook),
  ...(webhook.accessToken === null ? [] : [tokenName, webhook.accessToken]),
];

/** The values by those names, of the secrets by their own names. */
export const grantedValues = (secrets: ReadonlyMap<string, string>, accessToken: string | null): ReadonlyMap<string, string> => (accessToken === null ? secrets : new Map([...secrets, [tokenName, accessToken]]));
