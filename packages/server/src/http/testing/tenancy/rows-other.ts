import type { Row } from "./row.ts";
import { row } from "./row.ts";
import { anExecution, aRun, aRunFile, aPendingVersion, aVersion, nothing, team } from "./objects.ts";

const json = { "content-type": "application/json" };

/** Addresses beside REST and GraphQL, by method and path as the router knows them. */
export const otherRows: Record<string, Row> = {
  "POST /files/:entity/:project/:run/file_stream": row("member", aRun, (ids) => ({ method: "POST", path: `/files/${ids.team}/${ids.project}/${ids.run}/file_stream`, body: { dropped: 0 }, headers: json })),
  "GET /artifacts/:entity/:md5Hex(^[0-9a-f]{32}$)": row("viewer", aVersion, (ids) => ({ method: "GET", path: `/artifacts/${ids.team}/${md5(ids.md5)}` })),
  "GET /artifactsV2/:region/:entity/:project/:collection/:birthId/:md5Hex(^[0-9a-f]{32}$)/:name": row("viewer", aVersion, (ids) => ({ method: "GET", path: `/artifactsV2/default/${ids.team}/${ids.project}/${ids.collection}/x/${md5(ids.md5)}/model.pt` })),
  "GET /artifactsV2/:region/:entity/:project/:collection/:artifactId/:birthId/:md5Hex(^[0-9a-f]{32}$)/:name": row("viewer", aVersion, (ids) => ({ method: "GET", path: `/artifactsV2/default/${ids.team}/${ids.project}/${ids.collection}/y/x/${md5(ids.md5)}/model.pt` })),
};

/** The stand-in for a missing MD5 has to look like one. */
const md5 = (text: string): string => (/^[0-9a-f]{32}$/.test(text) ? text : "0".repeat(32));

/** Addresses whose signed link is the permission: without one nobody gets in, whoever they are. */
export const linkRows: Record<string, Row> = {
  "PUT /storage/run-files/:id": row("anyone", aRunFile, ({ fileId }) => ({ method: "PUT", path: `/storage/run-files/${fileId}` })),
  "GET /storage/run-files/:id": row("anyone", aRunFile, ({ fileId }) => ({ method: "GET", path: `/storage/run-files/${fileId}?expires=9999999999&signature=x` })),
  "PUT /storage/artifact-blobs/:entityId(^\\d{1,15}$)/:md5Hex(^[0-9a-f]{32}$)": row("anyone", aVersion, (ids) => ({ method: "PUT", path: `/storage/artifact-blobs/1/${md5(ids.md5)}` })),
  "GET /storage/artifact-blobs/:entityId(^\\d{1,15}$)/:md5Hex(^[0-9a-f]{32}$)": row("anyone", aVersion, (ids) => ({ method: "GET", path: `/storage/artifact-blobs/1/${md5(ids.md5)}` })),
  "PUT /storage/artifact-manifests/:id(^\\d{1,15}$)": row("anyone", aPendingVersion, ({ manifestId }) => ({ method: "PUT", path: `/storage/artifact-manifests/${manifestId}` })),
  "GET /storage/artifact-manifests/:id(^\\d{1,15}$)": row("anyone", aPendingVersion, ({ manifestId }) => ({ method: "GET", path: `/storage/artifact-manifests/${manifestId}` })),
};

/** Addresses whose token is the permission: without one of this server's nobody is told that there is anything. */
export const tokenRows: Record<string, Row> = {
  // A token of the right form, for an execution that there is, but not made by this server.
  "POST /callbacks/:token": row("anyone", anExecution, ({ executionId }) => ({ method: "POST", path: `/callbacks/${Buffer.concat([Buffer.from(executionId.replaceAll("-", ""), "hex"), Buffer.alloc(32)]).toString("base64url")}`, body: { status: "succeeded" }, headers: json })),
};

/** Addresses that hold nothing of any team; `null` where the matrix goes over what lies behind. */
export const publicRoutes: Record<string, Row | null> = {
  "POST /graphql": null,
  "GET /api/v1/openapi.json": row("anyone", nothing, () => ({ method: "GET", path: "/api/v1/openapi.json" })),
  "GET /healthz": row("anyone", nothing, () => ({ method: "GET", path: "/healthz" })),
  "GET /readyz": row("anyone", nothing, () => ({ method: "GET", path: "/readyz" })),
  "GET /metrics": row("anyone", nothing, () => ({ method: "GET", path: "/metrics" })),
  "GET /": row("anyone", nothing, () => ({ method: "GET", path: "/" })),
  "GET /authorize": row("anyone", nothing, () => ({ method: "GET", path: "/authorize" })),
  "POST /authorize": row("anyone", () => ({ team }), () => ({ method: "POST", path: "/authorize" })),
};
