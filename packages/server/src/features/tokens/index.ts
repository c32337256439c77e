export type { Credential } from "../../db/queries/credentials.ts";
export { credentialsChannel } from "../../db/queries/credentials.ts";
export type { ApiKey } from "../../db/queries/tokens.ts";
export { createApiKey, type CreateApiKeyInput } from "./create-api-key.ts";
export { makeCredentials, type Credentials } from "./credentials.ts";
export { deleteApiKey } from "./delete-api-key.ts";
export { auditedKey, issueApiKey, type IssuedApiKey } from "./issue-api-key.ts";
export { listApiKeys } from "./list-api-keys.ts";
