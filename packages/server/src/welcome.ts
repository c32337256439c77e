import type { App } from "./app.ts";

/** What is printed when the server is ready: where it is, where to sign in, and how to point wandb at it. */
export function welcome(app: Pick<App, "publicUrl" | "firstAdministrator" | "adminUsername" | "allowLoopback">): string {
  const { publicUrl, firstAdministrator: first } = app;
  const key = first?.apiKey ?? `<your API key; a new one: ${publicUrl}/authorize>`;
  return [
    "",
    `  Bellhop is ready at ${publicUrl}`,
    `  Sign in at ${publicUrl}/authorize as ${app.adminUsername}${first?.password === undefined ? "" : ` with the password ${first.password}`}`,
    ...(first === null || first.password === undefined ? [] : ["  (the password and the key below are shown this once)"]),
    ...(app.allowLoopback ? ["", "  BELLHOP_ALLOW_LOOPBACK is on: webhooks may call this machine. For development only."] : []),
    "",
    "  Point wandb here:",
    "",
    `    export WANDB_BASE_URL=${publicUrl}`,
    `    export WANDB_API_KEY=${key}`,
    "    wandb login --verify",
    "",
  ].join("\n");
}
