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
  accessToken: string | null;
  signingSecret: string | null;
  secretNames: readonly string[];
  signatureEncoding: SignatureEncoding;
  headers: Record<string, string>;
  enabled: boolean;
};
