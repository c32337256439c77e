import { serverFeatures } from "../features.ts";

/** The client refuses to run below min_cli_version; above max_cli_version it warns, and we know of no such version. */
const versions = { min_cli_version: "0.20.0", max_cli_version: "99.0.0" };

export const serverInfo = (): object => ({
  features: serverFeatures.map((name) => ({ name, isEnabled: true })),
  cliVersionInfo: versions,
  // About W&B's own server.
  latestLocalVersionInfo: null,
});
