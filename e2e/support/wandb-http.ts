import { createHash } from "node:crypto";
import type { Json } from "./rest.ts";
import { list, text } from "./rest.ts";

/** The few operations of the W&B protocol that the story needs, spoken over plain HTTP. */
export type WandbHttp = {
  graphql(query: string, variables: unknown): Promise<{ status: number; body: Json }>;
  /** As graphql, but fails unless there is data and no error. */
  data(query: string, variables: unknown): Promise<Json>;
  /** Logs a version with one file per entry; gives its id. */
  logArtifact(input: { entity: string; project: string; name: string; type: string; metadata?: object; files: Record<string, Buffer>; aliases?: string[] }): Promise<string>;
  link(input: { artifactID: string; entity: string; project: string; collection: string; aliases?: string[] }): Promise<Json>;
  addAlias(input: { artifactID: string; entity: string; project: string; collection: string; alias: string }): Promise<{ status: number; body: Json }>;
};

const md5 = (content: Buffer | string): Buffer => createHash("md5").update(content).digest();

const createArtifact = `mutation CreateArtifact($input: CreateArtifactInput!) { createArtifact(input: $input) { artifact { id state } } }`;
const createManifest = `mutation CreateArtifactManifest($artifactID: ID!, $name: String!, $digest: String!, $entityName: String!, $projectName: String!, $runName: String!, $manifestType: ArtifactManifestType!, $includeUpload: Boolean!) {
  createArtifactManifest(input: {artifactID: $artifactID, name: $name, digest: $digest, entityName: $entityName, projectName: $projectName, runName: $runName, type: $manifestType}) {
    artifactManifest { id file { id uploadUrl @include(if: $includeUpload) uploadHeaders @include(if: $includeUpload) } } } }`;
const createFiles = `mutation CreateArtifactFiles($input: CreateArtifactFilesInput!) {
  createArtifactFiles(input: $input) { files { edges { node { storagePath uploadUrl uploadHeaders artifact { id } } } } } }`;
const commit = `mutation CommitArtifact($artifactID: ID!) { commitArtifact(input: {artifactID: $artifactID}) { artifact { id digest } } }`;
const linkArtifact = `mutation LinkArtifact($input: LinkArtifactInput!) { result: linkArtifact(input: $input) { versionIndex } }`;
const addAliases = `mutation AddAliases($input: AddAliasesInput!) { result: addAliases(input: $input) { success } }`;
const upsertBucket = `mutation UpsertBucket($name: String, $project: String, $entity: String) { upsertBucket(input: {name: $name, modelName: $project, entityName: $entity}) { bucket { id name } inserted } }`;

export function wandbHttp(url: string, key: string): WandbHttp {
  const graphql: WandbHttp["graphql"] = async (query, variables) => {
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`api:${key}`).toString("base64")}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables, operationName: "" }),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const data: WandbHttp["data"] = async (query, variables) => {
    const { status, body } = await graphql(query, variables);
    if (status !== 200 || body["errors"] !== undefined) throw new Error(`GraphQL answered ${status}: ${JSON.stringify(body)}`);
    return body["data"] ?? body;
  };
  const put = async (target: string, headers: readonly string[], content: Buffer): Promise<void> => {
    const pairs = headers.map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
    const answer = await fetch(target, { method: "PUT", headers: Object.fromEntries(pairs), body: new Uint8Array(content) });
    if (!answer.ok) throw new Error(`PUT answered ${answer.status}: ${await answer.text()}`);
  };
  return {
    graphql,
    data,
    logArtifact: async ({ entity, project, name, type, metadata, files, aliases }) => {
      const runName = "over-http";
      await data(upsertBucket, { name: runName, project, entity });
      const entries = Object.entries(files).map(([path, content]) => ({ path, content, digest: md5(content).toString("base64") })).sort((a, b) => (a.path < b.path ? -1 : 1));
      const digest = md5(`wandb-artifact-manifest-v1\n${entries.map((entry) => `${entry.path}:${entry.digest}\n`).join("")}`).toString("hex");
      const created = await data(createArtifact, {
        input: {
          entityName: entity, projectName: project, runName, artifactTypeName: type, artifactCollectionName: name, metadata: JSON.stringify(metadata ?? {}),
          aliases: ["latest", ...(aliases ?? [])].map((alias) => ({ artifactCollectionName: name, alias })), digest, digestAlgorithm: "MANIFEST_MD5",
          clientID: `client-${digest}-${entity}-${name}`, sequenceClientID: `sequence-${entity}-${name}`, enableDigestDeduplication: true,
        },
      });
      const id = text(created["createArtifact"]?.["artifact"]?.["id"]);
      if (text(created["createArtifact"]?.["artifact"]?.["state"]) === "COMMITTED") return id;
      const manifestOf = { artifactID: id, name: "wandb_manifest.json", entityName: entity, projectName: project, runName, manifestType: "FULL" };
      const draft = await data(createManifest, { ...manifestOf, digest: "", includeUpload: false });
      const specs = entries.map((entry) => ({ artifactID: id, artifactManifestID: draft["createArtifactManifest"]?.["artifactManifest"]?.["id"], name: entry.path, md5: entry.digest }));
      const uploads = await data(createFiles, { input: { artifactFiles: specs, storageLayout: "V2" } });
      const nodes = list(uploads["createArtifactFiles"]?.["files"]?.["edges"]).map((edge) => edge["node"]);
      for (const [index, entry] of entries.entries()) {
        const node = nodes[index];
        if (text(node?.["uploadUrl"]) !== "") await put(text(node?.["uploadUrl"]), list(node?.["uploadHeaders"]).map(text), entry.content);
      }
      const contents = Object.fromEntries(entries.map((entry) => [entry.path, { digest: entry.digest, size: entry.content.length, birthArtifactID: id }]));
      const manifest = Buffer.from(JSON.stringify({ version: 1, storagePolicy: "wandb-storage-policy-v1", storagePolicyConfig: { storageLayout: "V2" }, contents }));
      const final = await data(createManifest, { ...manifestOf, digest: md5(manifest).toString("base64"), includeUpload: true });
      const file = final["createArtifactManifest"]?.["artifactManifest"]?.["file"];
      await put(text(file?.["uploadUrl"]), list(file?.["uploadHeaders"]).map(text), manifest);
      await data(commit, { artifactID: id });
      return id;
    },
    link: ({ artifactID, entity, project, collection, aliases }) =>
      data(linkArtifact, { input: { artifactID, artifactPortfolioName: collection, entityName: entity, projectName: project, aliases: (aliases ?? []).map((alias) => ({ artifactCollectionName: collection, alias })) } }),
    addAlias: ({ artifactID, entity, project, collection, alias }) =>
      graphql(addAliases, { input: { artifactID, aliases: [{ artifactCollectionName: collection, alias, entityName: entity, projectName: project }] } }),
  };
}
