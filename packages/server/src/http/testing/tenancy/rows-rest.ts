import type { Row } from "./row.ts";
import { row } from "./row.ts";
import { aKey, aKeyOfAnother, aMember, aLoggedRun, anAutomation, anExecution, anOrganization, aProject, aRedelivery, aRegistry, aRun, aSecret, aSession, aTeam, aUser, aVersion, aWebhook, nothing, ofOrg, ofTeam, password, passwords } from "./objects.ts";
import type { Call } from "./world.ts";

const api = (method: string, path: string, body?: unknown): Call => ({ method, path: `/api/v1${path}`, ...(body === undefined ? {} : { body }) });

let made = 0;
const fresh = (prefix: string): string => `${prefix}-of-the-matrix-${(made += 1)}`;

const people: Record<string, Row> = {
  "POST /users": row("root", nothing, () => api("POST", "/users", { username: fresh("user") })),
  "GET /users": row("signed in", nothing, () => api("GET", "/users")),
  "GET /users/me": row("signed in", nothing, () => api("GET", "/users/me")),
  "GET /users/{username}": row("viewer", () => ({ username: "mia" }), ({ username }) => api("GET", `/users/${username}`)),
  "DELETE /users/{username}": row("root", aUser, ({ username }) => api("DELETE", `/users/${username}`)),
  "PUT /users/me/password": row("signed in", passwords, () => api("PUT", "/users/me/password", { currentPassword: password, newPassword: password })),
  "PUT /users/{username}/password": row("root", aUser, ({ username }) => api("PUT", `/users/${username}/password`, { password })),
  "POST /users/me/api-keys": row("signed in", nothing, () => api("POST", "/users/me/api-keys", {})),
  "GET /users/me/api-keys": row("signed in", nothing, () => api("GET", "/users/me/api-keys")),
  "DELETE /users/me/api-keys/{id}": row("own", aKey, ({ keyId }) => api("DELETE", `/users/me/api-keys/${keyId}`)),
  "POST /users/{username}/api-keys": row("root", aUser, ({ username }) => api("POST", `/users/${username}/api-keys`, {})),
  "GET /users/{username}/api-keys": row("root", aUser, ({ username }) => api("GET", `/users/${username}/api-keys`)),
  "DELETE /users/{username}/api-keys/{id}": row("root", aKeyOfAnother, ({ username, keyId }) => api("DELETE", `/users/${username}/api-keys/${keyId}`)),
  "POST /sessions": row("anyone", () => ({ username: "mia" }), ({ username }) => api("POST", "/sessions", { username, password: "wrong" })),
  "GET /sessions": row("signed in", nothing, () => api("GET", "/sessions")),
  "DELETE /sessions/{id}": row("own", aSession, ({ sessionId }) => api("DELETE", `/sessions/${sessionId}`)),
};

const organizations: Record<string, Row> = {
  "POST /organizations": row("signed in", nothing, () => api("POST", "/organizations", { name: fresh("org") })),
  "GET /organizations": row("signed in", nothing, () => api("GET", "/organizations")),
  "GET /organizations/{org}": row("viewer", ofOrg, ({ org }) => api("GET", `/organizations/${org}`)),
  "DELETE /organizations/{org}": row("owner", anOrganization, ({ org }) => api("DELETE", `/organizations/${org}`)),
  "GET /organizations/{org}/members": row("viewer", ofOrg, ({ org }) => api("GET", `/organizations/${org}/members`)),
  "PUT /organizations/{org}/members/{username}": row("owner", async (scene) => ({ ...ofOrg(), ...(await aUser(scene)) }), ({ org, username }) => api("PUT", `/organizations/${org}/members/${username}`, { role: "viewer" })),
  "DELETE /organizations/{org}/members/{username}": row("owner", async (scene) => ({ ...ofOrg(), username: (await aMember(scene)).username }), ({ org, username }) => api("DELETE", `/organizations/${org}/members/${username}`)),
  "POST /organizations/{org}/teams": row("owner", ofOrg, ({ org }) => api("POST", `/organizations/${org}/teams`, { name: fresh("team") })),
  "GET /organizations/{org}/teams": row("viewer", ofOrg, ({ org }) => api("GET", `/organizations/${org}/teams`)),
  "GET /teams/{team}": row("viewer", ofTeam, ({ team }) => api("GET", `/teams/${team}`)),
  "DELETE /teams/{team}": row("admin", aTeam, ({ team }) => api("DELETE", `/teams/${team}`)),
  "GET /teams/{team}/members": row("viewer", ofTeam, ({ team }) => api("GET", `/teams/${team}/members`)),
  "PUT /teams/{team}/members/{username}": row("admin", async (scene) => ({ ...ofTeam(), ...(await aUser(scene)) }), ({ team, username }) => api("PUT", `/teams/${team}/members/${username}`, { role: "viewer" })),
  "DELETE /teams/{team}/members/{username}": row("admin", aMember, ({ team, username }) => api("DELETE", `/teams/${team}/members/${username}`)),
};

const inRegistry = (org: string, registry: string, rest = ""): string => `/organizations/${org}/registries/${registry}${rest}`;

const registries: Record<string, Row> = {
  "POST /organizations/{org}/registries": row("owner", ofOrg, ({ org }) => api("POST", `/organizations/${org}/registries`, { name: fresh("registry"), visibility: "organization" })),
  "GET /organizations/{org}/registries": row("viewer", ofOrg, ({ org }) => api("GET", `/organizations/${org}/registries`)),
  "GET /organizations/{org}/registries/{registry}": row("viewer", aRegistry, ({ org, registry }) => api("GET", inRegistry(org, registry))),
  "PATCH /organizations/{org}/registries/{registry}": row("owner", aRegistry, ({ org, registry }) => api("PATCH", inRegistry(org, registry), { description: fresh("text") })),
  "DELETE /organizations/{org}/registries/{registry}": row("owner", aRegistry, ({ org, registry }) => api("DELETE", inRegistry(org, registry))),
  "GET /organizations/{org}/registries/{registry}/members": row("viewer", aRegistry, ({ org, registry }) => api("GET", inRegistry(org, registry, "/members"))),
  "PUT /organizations/{org}/registries/{registry}/members/{username}": row("owner", aRegistry, ({ org, registry }) => api("PUT", inRegistry(org, registry, "/members/mia"), { role: "viewer" })),
  "DELETE /organizations/{org}/registries/{registry}/members/{username}": row("owner", aRegistry, ({ org, registry }) => api("DELETE", inRegistry(org, registry, "/members/vic"))),
};

const delivery: Record<string, Row> = {
  "GET /teams/{team}/secrets": row("admin", ofTeam, ({ team }) => api("GET", `/teams/${team}/secrets`)),
  "PUT /teams/{team}/secrets/{name}": row("admin", aSecret, ({ team, name }) => api("PUT", `/teams/${team}/secrets/${name}`, { value: "another long value" })),
  "POST /teams/{team}/secrets/{name}/rotate": row("admin", aSecret, ({ team, name }) => api("POST", `/teams/${team}/secrets/${name}/rotate`, { value: "another long value" })),
  "DELETE /teams/{team}/secrets/{name}/previous": row("admin", aSecret, ({ team, name }) => api("DELETE", `/teams/${team}/secrets/${name}/previous`)),
  "DELETE /teams/{team}/secrets/{name}": row("admin", aSecret, ({ team, name }) => api("DELETE", `/teams/${team}/secrets/${name}`)),
  "POST /teams/{team}/webhooks": row("admin", ofTeam, ({ team }) => api("POST", `/teams/${team}/webhooks`, { name: fresh("hook"), url: "https://hooks.example.com/in" })),
  "GET /teams/{team}/webhooks": row("viewer", ofTeam, ({ team }) => api("GET", `/teams/${team}/webhooks`)),
  "GET /teams/{team}/webhooks/{id}": row("viewer", aWebhook, ({ team, webhookId }) => api("GET", `/teams/${team}/webhooks/${webhookId}`)),
  "PATCH /teams/{team}/webhooks/{id}": row("admin", aWebhook, ({ team, webhookId }) => api("PATCH", `/teams/${team}/webhooks/${webhookId}`, { timeoutSeconds: 20 })),
  "DELETE /teams/{team}/webhooks/{id}": row("admin", aWebhook, ({ team, webhookId }) => api("DELETE", `/teams/${team}/webhooks/${webhookId}`)),
  "POST /teams/{team}/webhooks/{id}/test": row("admin", aWebhook, ({ team, webhookId }) => api("POST", `/teams/${team}/webhooks/${webhookId}/test`, {})),
  "POST /teams/{team}/webhooks/{id}/enable": row("admin", aWebhook, ({ team, webhookId }) => api("POST", `/teams/${team}/webhooks/${webhookId}/enable`)),
  "GET /teams/{team}/webhooks/{id}/backlog": row("viewer", aWebhook, ({ team, webhookId }) => api("GET", `/teams/${team}/webhooks/${webhookId}/backlog`)),
  "POST /signatures/check": row("admin", aSecret, ({ team, name }) => api("POST", "/signatures/check", { team, secret: name, body: "{}", signature: "c2lnbmF0dXJl" })),
  "POST /automations": row("admin", aProject, ({ team, project }) => api("POST", "/automations", {
    name: fresh("automation"), scope: { type: "project", entity: team, project }, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "no_op" },
  })),
  "GET /automations": row("viewer", anAutomation, ({ team, project }) => api("GET", `/automations?entity=${team}&project=${project}`)),
  "GET /automations/{id}": row("viewer", anAutomation, ({ automationId }) => api("GET", `/automations/${automationId}`)),
  "PATCH /automations/{id}": row("admin", anAutomation, ({ automationId }) => api("PATCH", `/automations/${automationId}`, { enabled: false })),
  "DELETE /automations/{id}": row("admin", anAutomation, ({ automationId }) => api("DELETE", `/automations/${automationId}`)),
  "GET /executions": row("viewer", anExecution, ({ automationId }) => api("GET", `/executions?automation=${automationId}`)),
  "GET /executions/{id}": row("viewer", anExecution, ({ executionId }) => api("GET", `/executions/${executionId}`)),
  "POST /executions/{id}/redeliver": row("admin", anExecution, ({ executionId }) => api("POST", `/executions/${executionId}/redeliver`)),
  "GET /executions/{id}/redelivery": row("viewer", anExecution, ({ executionId }) => api("GET", `/executions/${executionId}/redelivery`)),
  "POST /redeliveries": row("admin", anExecution, ({ automationId }) => api("POST", "/redeliveries", { selection: { automation: automationId }, mode: "same_bytes" })),
  "GET /redeliveries/{id}": row("viewer", aRedelivery, ({ redeliveryId }) => api("GET", `/redeliveries/${redeliveryId}`)),
  "POST /redeliveries/{id}/cancel": row("admin", aRedelivery, ({ redeliveryId }) => api("POST", `/redeliveries/${redeliveryId}/cancel`)),
  "GET /outcomes": row("viewer", aVersion, ({ team, project, collection }) => api("GET", `/outcomes?version=${team}/${project}/${collection}:latest`)),
  "GET /audit": row("admin", ofTeam, ({ team }) => api("GET", `/audit?entity=${team}`)),
};

const runPath = (ids: { team: string; project: string; run: string }, rest: string): string => `/runs/${ids.team}/${ids.project}/${ids.run}${rest}`;

const explanations: Record<string, Row> = {
  "GET /events": row("viewer", anExecution, ({ team, project }) => api("GET", `/events?entity=${team}&project=${project}`)),
  "GET /events/{id}": row("viewer", anExecution, ({ eventId }) => api("GET", `/events/${eventId}`)),
  "GET /executions/{id}/explanation": row("viewer", anExecution, ({ executionId }) => api("GET", `/executions/${executionId}/explanation`)),
  "POST /automations/{id}/explain": row("viewer", anExecution, ({ automationId, eventId }) => api("POST", `/automations/${automationId}/explain`, { event: eventId })),
  "POST /automations/backtest": row("viewer", aProject, ({ team, project }) => api("POST", "/automations/backtest", {
    automation: { name: "drafted", scope: { type: "project", entity: team, project }, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "no_op" } }, since: "2020-01-01T00:00:00Z",
  })),
  "POST /preview": row("member", aVersion, ({ team, project, collection }) => api("POST", "/preview", { change: "add_alias", artifact: `${team}/${project}/${collection}:latest`, alias: "new" })),
  "GET /runs/{entity}/{project}/{run}/metrics": row("viewer", aRun, (ids) => api("GET", runPath(ids, "/metrics"))),
  "GET /runs/{entity}/{project}/{run}/metrics/{metric}": row("viewer", aLoggedRun, (ids) => api("GET", runPath(ids, "/metrics/loss"))),
  "GET /runs/{entity}/{project}/{run}/hooks": row("viewer", aRun, (ids) => api("GET", runPath(ids, "/hooks"))),
};

/** By method and path, as the routes are declared. */
export const restRows: Record<string, Row> = { ...people, ...organizations, ...registries, ...delivery, ...explanations };
