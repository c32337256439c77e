export type { ApiKey } from "../../db/queries/tokens.ts";
export { createApiKey } from "./create-api-key.ts";
export { deleteApiKey } from "./delete-api-key.ts";
export { findViewerByKeyHash } from "./find-viewer-by-key.ts";
export { issueApiKey, type IssuedApiKey } from "./issue-api-key.ts";
export { listApiKeys } from "./list-api-keys.ts";
export { makeVerifyLogin, type VerifyLogin } from "./verify-login.ts";
