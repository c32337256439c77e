import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { fastify } from "fastify";
import { afterAll, describe, expect, test } from "vitest";
import { sql } from "../../db/database.ts";
import type { Viewer } from "../../domain/viewer.ts";
import { artifactLinks, commitArtifact, createArtifact, createArtifactFiles, createArtifactManifest, findArtifact, findCurrentManifest, linkArtifact, listFiles } from "../../features/artifacts/index.ts";
import { base64Md5, hexMd5, logVersion, manifestText, newVersion } from "../../features/artifacts/testing/artifact-bench.ts";
import { createTestDatabase } from "../../testing/database.ts";
import { addMember, insertTeam, insertUser } from "../../testing/people.ts";
import { testServices } from "../../testing/services.ts";
import { artifactStorageRoutes } from "./artifact-storage.ts";

const database = await createTestDatabase();
const ann = await insertUser(database.db, "ann");
const outsider = await insertUser(database.db, "outsider");
const stranger = await insertUser(database.db, "stranger");
const acme = await insertTeam(database.db, "acme-org", "acme");
await addMember(database.db, acme.teamEntityId, ann, "member");
await database.db.query(sql("test_org_only", "insert into organization_members (organization_id, user_id, entity_id, role) values ($1, $2, $3, 'member')"), [acme.organizationId, outsider.userId, acme.orgEntityId]);

let time = new Date();
const services = testServices(database.db, { clock: { now: () => time, monotonic: () => 0 } });
services.limits = { ...services.limits, runFileBytes: 1 << 20 };
const people = new Map<string | undefined, Viewer>([["ann", ann], ["outsider", outsider], ["stranger", stranger]]);
const app = fastify();
await artifactStorageRoutes(app, { services, authenticate: async ({ headers }) => people.get(headers.authorization) ?? null });
await app.listen({ host: "127.0.0.1", port: 0 });
services.publicUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

afterAll(async () => {
  await app.close();
  await database.drop();
});

let last = 0;
async function begin(): Promise<number> {
  return (await createArtifact(services, ann, newVersion({ entity: "acme", digest: `d${(last += 1)}`, collection: `c${last}` }))).artifactId;
}

async function uploadUrl(artifactId: number, content: string): Promise<string> {
  const [file] = await createArtifactFiles(services, ann, [{ artifactId, name: "f", md5Base64: base64Md5(content) }]);
  return file?.uploadUrl ?? "known";
}

const put = (url: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> => fetch(url, { method: "PUT", body, headers: { "content-type": "application/json" } });
const download = (content: string, name = "f"): string => artifactLinks(services).getBlob({ entityId: acme.teamEntityId, md5Hex: hexMd5(content), fileName: name });

describe("a file's content", () => {
  test("comes back over its link as it was sent, as an attachment that no browser shows", async () => {
    const artifactId = await begin();
    expect((await put(await uploadUrl(artifactId, "<script>"), "<script>")).status).toBe(200);
    expect(await uploadUrl(artifactId, "<script>")).toBe("known");
    const answer = await fetch(download("<script>", "a b'(é).html"));
    expect(await answer.text()).toBe("<script>");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/octet-stream", "content-length": "8", "x-content-type-options": "nosniff", "content-disposition": "attachment; filename*=UTF-8''a%20b%27%28%C3%A9%29.html",
    });
  });

  test("that does not have its MD5 is refused, and nothing is recorded", async () => {
    const url = await uploadUrl(await begin(), "promised");
    const answer = await put(url, "delivered");
    expect([answer.status, await answer.json()]).toEqual([422, { error: expect.stringContaining("MD5") }]);
    expect((await fetch(download("promised"))).status).toBe(404);
    expect((await put(url, "promised")).status).toBe(200);
  });

  test("over the limit is refused", async () => {
    const content = "x".repeat((1 << 20) + 1);
    expect((await put(await uploadUrl(await begin(), content), content)).status).toBe(413);
    expect((await fetch(download(content))).status).toBe(404);
  });

  test("whose upload breaks off is not recorded, and may be sent again", async () => {
    const content = "whole content";
    const url = await uploadUrl(await begin(), content);
    const closed = new Promise<void>((resolve) => app.server.once("request", (_request, response) => response.once("close", resolve)));
    const sending = httpRequest(url, { method: "PUT", headers: { "content-length": content.length } });
    sending.on("error", () => undefined);
    sending.write("whole", () => sending.destroy());
    await closed;
    expect((await fetch(download(content))).status).toBe(404);
    expect((await put(url, content)).status).toBe(200);
  });

  test("is sent in parts to who asks for them", async () => {
    await put(await uploadUrl(await begin(), "0123456789"), "0123456789");
    const part = async (range: string): Promise<unknown[]> => {
      const answer = await fetch(download("0123456789"), { headers: { range } });
      return [answer.status, answer.headers.get("content-range"), await answer.text()];
    };
    expect(await part("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
    expect(await part("bytes=8-")).toEqual([206, "bytes 8-9/10", "89"]);
    expect(await part("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await part("bytes=10-")).toEqual([416, "bytes */10", ""]);
    expect(await part("bytes=0-1,4-5")).toEqual([200, null, "0123456789"]);
  });
});

describe("a link", () => {
  test("works for its method, its path, as long as it is valid and unchanged", async () => {
    await put(await uploadUrl(await begin(), "linked"), "linked");
    const url = download("linked");
    expect((await fetch(url.replace("claim.name=f", "claim.name=g"))).status).toBe(403);
    expect((await fetch(url.replace(hexMd5("linked"), hexMd5("other")))).status).toBe(403);
    expect((await fetch(url.replace(/\?.*/, ""))).status).toBe(403);
    expect((await put(url, "linked")).status).toBe(403);
    time = new Date(time.getTime() + 7 * 3_600_000);
    expect((await fetch(url)).status).toBe(403);
  });
});

describe("a manifest", () => {
  test("is uploaded, committed and read over links; what comes after the commit is refused and changes nothing", async () => {
    const artifactId = await begin();
    await put(await uploadUrl(artifactId, "weights"), "weights");
    const [text, other] = [manifestText({ "dir/model.pt": "weights" }), manifestText({})];
    const [first, late] = await Promise.all([text, other].map((body) => createArtifactManifest(services, ann, { artifactId, baseArtifactId: null, digest: base64Md5(body), kind: "FULL" })));
    if (first === undefined || late === undefined) throw new Error("no manifest");
    const urlOf = ({ manifest }: typeof first): string => artifactLinks(services).putManifest({ id: manifest.id, objectKey: manifest.object_key });
    expect((await put(urlOf(first), other)).status).toBe(422);
    expect((await put(urlOf(first), text)).status).toBe(200);
    await commitArtifact(services, ann, artifactId);
    expect((await put(urlOf(late), other)).status).toBe(409);
    const version = await findArtifact(services, ann, artifactId);
    const current = version === null ? null : await findCurrentManifest(services, version);
    expect(await (await fetch(current?.url ?? "")).text()).toBe(text);
    const { files } = version === null ? { files: [] } : await listFiles(services, version, { names: ["dir/model.pt"], limit: 1, offset: 0 });
    expect(await (await fetch(files[0]?.url ?? "")).text()).toBe("weights");
  });
});

describe("the SDK's own addresses", () => {
  test("give a version's files to who sees the collection, and to nobody else", async () => {
    const content = "content of fallback";
    const id = await logVersion(services, ann, { entity: "acme", collection: "fallback", digest: "fallback" });
    await linkArtifact(services, ann, { artifact: { id }, target: { entity: "acme-org", project: "wandb-registry-model", collection: "shared" }, aliases: [] });
    const birth = encodeURIComponent(Buffer.from(`Artifact:${id}`).toString("base64"));
    const source = `/artifactsV2/default/acme/vision/fallback/${birth}/${hexMd5(content)}/model.pt`;
    const linked = `/artifactsV2/default/acme-org/wandb-registry-model/shared/${birth}/${birth}/${hexMd5(content)}/model.pt`;
    const old = `/artifacts/acme/${hexMd5(content)}`;
    const get = async (who: string | null, path: string): Promise<number> => (await fetch(services.publicUrl + path, who === null ? {} : { headers: { authorization: who } })).status;
    const answers = await Promise.all([source, linked, old].map((path) => Promise.all(["ann", "outsider", "stranger", null].map((who) => get(who, path)))));
    expect(answers).toEqual([[200, 404, 404, 401], [200, 200, 404, 401], [200, 404, 404, 401]]);
    expect(await get("outsider", linked.replace(hexMd5(content), hexMd5("linked")))).toBe(404);
  });
});
