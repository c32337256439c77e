import { createServer } from "node:http";
import type { Server } from "node:http";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Cast } from "./support/people.ts";
import { introduce } from "./support/people.ts";
import { factsOf, runPython } from "./support/python.ts";
import { text } from "./support/rest.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { wandbHttp } from "./support/wandb-http.ts";

/** Logs a version, and once more when that fails; tells what the first try was told, and what became of the second. */
const script = `
import json, os, tempfile, wandb
run = wandb.init(entity=os.environ["TEST_ENTITY"], project="given-up")
folder = tempfile.mkdtemp()
with open(os.path.join(folder, "a.txt"), "w") as file:
    file.write("the same content")
def log():
    artifact = wandb.Artifact("model", type="model")
    artifact.add_dir(folder)
    return run.log_artifact(artifact).wait(timeout=60)
told = None
try:
    log()
except Exception as error:
    told = f"{type(error).__name__}: {error}"
again = log()
print("FACT " + json.dumps({"told": told, "version": again.version, "state": again.state}))
run.finish()
`;

describe("a version that is removed while it is uploaded, with the real SDK", () => {
  let dataDir: string;
  let server: RunningServer;

  beforeAll(async () => {
    dataDir = await temporaryFolder("pending-versions");
    server = await startServer({ dataDir, port: await freePort() });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  describe.each(inject("sdks"))("wandb $version", (sdk) => {
    test.each(["createArtifactFiles", "commitArtifact"])("tells the script why at %s, and logs the same anew when it tries again", async (step) => {
      const cast = await introduce({ url: server.url, adminKey, tag: `${step.toLowerCase()}-${sdk.version.replaceAll(".", "-")}`, receiverUrl: server.url });
      const between = await removeBefore(step, server.url, cast);
      const output = await runPython(sdk, ["-c", script], { url: between.url, key: cast.key, env: { TEST_ENTITY: cast.team } });
      between.server.close();
      const facts = factsOf(output);
      expect(between.removed()).toBe(1);
      expect(text(facts["told"])).toContain("was deleted, or its upload stood still");
      expect(facts).toMatchObject({ version: "v0", state: "COMMITTED" });
    });
  });
});

type Between = { url: string; server: Server; removed(): number };

/** Passes requests on, and the first time that one names the step, deletes its version before it does: as the server would in the background. */
async function removeBefore(step: string, target: string, cast: Cast): Promise<Between> {
  let removed = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const body = Buffer.concat(parts);
      const artifactID = removed === 0 && body.includes(`${step}(`) ? /"artifactID":\s*"([^"]+)"/.exec(String(body))?.[1] : undefined;
      if (artifactID !== undefined) {
        removed += 1;
        await wandbHttp(target, cast.key).data("mutation Delete($id: ID!) { deleteArtifact(input: {artifactID: $id, deleteAliases: true}) { artifact { id } } }", { id: artifactID });
      }
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] => (typeof value === "string" && !["host", "connection", "content-length", "transfer-encoding"].includes(name) ? [[name, value]] : []));
      const answer = await fetch(`${target}${request.url ?? ""}`, { method: request.method ?? "GET", headers, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}`, server, removed: () => removed };
}
