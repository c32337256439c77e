export { accessTokenProblem } from "./check-secret.ts";
export { deleteSecret } from "./delete-secret.ts";
export { forgetPreviousSecrets } from "./forget-previous.ts";
export { listSecrets } from "./list-secrets.ts";
export { requireTeam } from "./permissions.ts";
export { putSecret } from "./put-secret.ts";
export { endRotation, rotateSecret } from "./rotate-secret.ts";
export type { Secret } from "./secret.ts";
