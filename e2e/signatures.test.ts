import { spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Cast } from "./support/people.ts";
import { introduce, signingSecret } from "./support/people.ts";
import type { Received, Receiver } from "./support/receiver.ts";
import { startReceiver } from "./support/receiver.ts";
import { list, text } from "./support/rest.ts";
import { adminKey, freePort, startServer } from "./support/server.ts";
import type { RunningServer } from "./support/server.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { until } from "./support/until.ts";
import { wandbHttp } from "./support/wandb-http.ts";

// With bytes that are no text: a receiver that forgets to decode what stands behind whsec_ must fail.
const standardSecret = `whsec_${Buffer.from("00ff10a5c3d2e1f0998877665544332211aabbccddeeff00", "hex").toString("base64")}`;
const newSecret = "story-signing-secret-after-the-rotation";
const payload = { model: "${artifact_version_string}", note: "Größe ≥ 3 \u{1f680} \"quoted\" </script>", alias: "${alias}" };

/** The lines of W&B's own example (webhook_test.sh) that make the signature. */
const seedScript = 'SIGNATURE=$(echo -n "$PAYLOAD" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64)\nprintf %s "$SIGNATURE"';
const pythonVerifier = "import json, sys\nfrom standardwebhooks import Webhook\nasked = json.load(sys.stdin)\nsecret = asked['secret']\nWebhook(secret if secret.startswith('whsec_') else secret.encode()).verify(asked['body'], asked['headers'])\n";

function byShell(body: string, secret: string): string {
  const done = spawnSync("bash", ["-c", seedScript], { env: { PATH: process.env["PATH"], PAYLOAD: body, SECRET: secret }, encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout;
}

const headersOf = ({ headers }: Received): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

function verifiesInPython(request: Received, secret: string): boolean {
  const python = inject("verifier");
  if (python === null) throw new Error("Run the end-to-end tests by `npm test`; it prepares the library.");
  const done = spawnSync(python, ["-c", pythonVerifier], { input: JSON.stringify({ secret, body: request.body, headers: headersOf(request) }), encoding: "utf8" });
  if (done.status !== 0 && !done.stderr.includes("No matching signature found")) throw new Error(done.stderr);
  return done.status === 0;
}

function verifiesInNode(request: Received, secret: string): boolean {
  const verifier = secret.startsWith("whsec_") ? new Verifier(secret) : new Verifier(secret, { format: "raw" });
  try {
    verifier.verify(request.body, headersOf(request));
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("No matching signature found")) return false;
    throw error;
  }
}

describe("the signatures of deliveries, checked as receivers check them", () => {
  let dataDir: string;
  let server: RunningServer;
  let receiver: Receiver;
  let cast: Cast;
  let artifactID: string;

  beforeAll(async () => {
    dataDir = await temporaryFolder("signatures");
    server = await startServer({ dataDir, port: await freePort() });
    receiver = await startReceiver();
    cast = await introduce({ url: server.url, adminKey, tag: "signatures", receiverUrl: receiver.url });
    await cast.rest.ok("PUT", `/teams/${cast.team}/secrets/STANDARD`, { value: standardSecret });
    artifactID = await wandbHttp(server.url, cast.key).logArtifact({ entity: cast.team, project: "signed", name: "model", type: "model", files: { "a.txt": Buffer.from("a") } });
    const encodings = ["base64", "hex", "sha256=hex"];
    for (const signatureEncoding of encodings) {
      for (const secret of ["SIGNING_SECRET", "STANDARD"]) {
        const name = `${signatureEncoding.replace("=", "-")}-${secret}`;
        await cast.rest.ok("POST", `/teams/${cast.team}/webhooks`, { name, url: receiver.url, secret, signatureEncoding, headers: { "X-Which": name } });
        await cast.rest.ok("POST", "/automations", {
          name, scope: { type: "project", entity: cast.team, project: "signed" }, event: { type: "ADD_ARTIFACT_ALIAS" }, action: { type: "webhook", team: cast.team, webhook: name, payload },
        });
      }
    }
  });
  afterAll(async () => {
    await receiver.close();
    expect(await server.stop()).toBe(0);
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Puts the alias on the version; gives the six deliveries that it causes. */
  async function deliver(alias: string): Promise<Received[]> {
    expect((await wandbHttp(server.url, cast.key).addAlias({ artifactID, entity: cast.team, project: "signed", collection: "model", alias })).status).toBe(200);
    const arrived = (): Received[] => receiver.received.filter(({ body }) => JSON.parse(body).alias === alias);
    await until("all six arrive", () => arrived().length === 6);
    return arrived();
  }

  const secretOf = (request: Received): string => (String(request.headers["x-which"]).endsWith("STANDARD") ? standardSecret : signingSecret);

  /** W&B's base64 in the form that the webhook asks for. */
  function inForm(base64: string, request: Received): string {
    const hex = Buffer.from(base64, "base64").toString("hex");
    const which = String(request.headers["x-which"]);
    return which.startsWith("base64") ? base64 : which.startsWith("hex") ? hex : `sha256=${hex}`;
  }

  test("W&B's own shell script makes the same X-Wandb-Signature of the delivered bytes, in each form and for both kinds of secret", async () => {
    for (const request of await deliver("by-shell")) expect(request.headers["x-wandb-signature"]).toBe(inForm(byShell(request.body, secretOf(request)), request));
  });

  test("the published Standard Webhooks libraries of JavaScript and Python verify them, and no changed body", async () => {
    for (const request of await deliver("by-library")) {
      const secret = secretOf(request);
      expect([verifiesInNode(request, secret), verifiesInPython(request, secret)]).toEqual([true, true]);
      const changed = { ...request, body: request.body.replace("by-library", "by-somebody") };
      expect([verifiesInNode(changed, secret), verifiesInPython(changed, secret)]).toEqual([false, false]);
    }
  });

  test("the checker over REST finds what arrived valid, and names the mistake of a receiver that writes the body again", async () => {
    for (const request of await deliver("by-checker")) {
      const asked = { team: cast.team, webhook: String(request.headers["x-which"]), headers: headersOf(request) };
      expect(await cast.rest.ok("POST", "/signatures/check", { ...asked, body: request.body })).toMatchObject({ valid: true, verdict: "valid", comparedWithDelivery: true });
      const again = Buffer.from(JSON.stringify(JSON.parse(request.body), null, 2)).toString("base64");
      expect(await cast.rest.ok("POST", "/signatures/check", { ...asked, bodyBase64: again })).toMatchObject({ valid: false, verdict: "json_reserialised" });
    }
    const refused = await cast.rest.call("POST", "/signatures/check", { team: cast.team, body: "{}", bodyBase64: "e30=" });
    expect(refused.status).toBe(422);
  });

  test("while a rotation's overlap lasts they verify with the old secret and with the new one, and afterwards with the new one only", async () => {
    const rotated = await cast.rest.ok("POST", `/teams/${cast.team}/secrets/SIGNING_SECRET/rotate`, { value: newSecret, overlapSeconds: 600 });
    expect(list(rotated["previous"]).map(({ version }) => version)).toEqual([1]);
    const plain = (requests: Received[]): Received[] => requests.filter((request) => secretOf(request) === signingSecret);
    for (const request of plain(await deliver("during"))) {
      for (const secret of [signingSecret, newSecret]) expect([verifiesInNode(request, secret), verifiesInPython(request, secret)]).toEqual([true, true]);
      expect(request.headers["x-wandb-signature"]).toBe(inForm(byShell(request.body, newSecret), request));
      expect(request.headers["x-wandb-signature-previous"]).toBe(inForm(byShell(request.body, signingSecret), request));
    }
    await cast.rest.ok("DELETE", `/teams/${cast.team}/secrets/SIGNING_SECRET/previous`);
    for (const request of plain(await deliver("after"))) {
      expect([verifiesInNode(request, newSecret), verifiesInPython(request, newSecret)]).toEqual([true, true]);
      expect([verifiesInNode(request, signingSecret), verifiesInPython(request, signingSecret)]).toEqual([false, false]);
      expect(request.headers).not.toHaveProperty("x-wandb-signature-previous");
    }
    const [secret] = list((await cast.rest.ok("GET", `/teams/${cast.team}/secrets`))["items"]).filter(({ name }) => text(name) === "SIGNING_SECRET");
    expect(secret).toMatchObject({ version: 2, previous: [] });
  });
});
