import type { Rest } from "./rest.ts";
import { rest, text } from "./rest.ts";

/** An organization with a team, its administrator, and a webhook with token and signing secret. */
export type Cast = { org: string; team: string; user: string; key: string; webhook: { id: string; name: string }; rest: Rest };

export const accessToken = "story-access-token-0123456789";
export const signingSecret = "story-signing-secret-0123456789";

export async function introduce({ url, adminKey, tag, receiverUrl }: { url: string; adminKey: string; tag: string; receiverUrl: string }): Promise<Cast> {
  const admin = rest(url, adminKey);
  const user = `ada-${tag}`;
  const org = `acme-${tag}`;
  const team = `ml-${tag}`;
  const created = await admin.ok("POST", "/users", { username: user, email: `${user}@example.com` });
  const key = text(created["apiKey"]);
  await admin.ok("POST", "/organizations", { name: org });
  await admin.ok("PUT", `/organizations/${org}/members/${user}`, { role: "admin" });
  await admin.ok("POST", `/organizations/${org}/teams`, { name: team });
  await admin.ok("PUT", `/teams/${team}/members/${user}`, { role: "admin" });
  const own = rest(url, key);
  await own.ok("PUT", `/teams/${team}/secrets/DEPLOY_TOKEN`, { value: accessToken });
  await own.ok("PUT", `/teams/${team}/secrets/SIGNING_SECRET`, { value: signingSecret });
  const webhook = await own.ok("POST", `/teams/${team}/webhooks`, { name: "deployment-webhook", url: receiverUrl, accessToken: "DEPLOY_TOKEN", secret: "SIGNING_SECRET" });
  return { org, team, user, key, webhook: { id: text(webhook["id"]), name: "deployment-webhook" }, rest: own };
}
