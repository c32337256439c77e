export type { Session } from "../../db/queries/sessions.ts";
export { changePassword } from "./change-password.ts";
export { createSession, type StartedSession } from "./create-session.ts";
export { currentSession, endSession } from "./end-session.ts";
export { forgetExpired } from "./forget-expired.ts";
export { listSessions } from "./list-sessions.ts";
export { recordRefusedKeys } from "./record-refused.ts";
export { setPassword } from "./set-password.ts";
export { verifyLogin } from "./verify-login.ts";
