export type { Session } from "../../db/queries/sessions.ts";
export { createSession, type StartedSession } from "./create-session.ts";
export { currentSession, endSession } from "./end-session.ts";
export { forgetExpired } from "./forget-expired.ts";
export { listSessions } from "./list-sessions.ts";
export { verifyLogin, type Login } from "./verify-login.ts";
