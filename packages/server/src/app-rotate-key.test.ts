import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLocalSecretStore } from "./adapters/secret-store-local/local-secret-store.ts";
import { sql } from "./db/database.ts";
import { silentLog } from "./kit/log.ts";
import { systemRandom } from "./kit/random.ts";
import type { SecretStore } from "./ports/secret-store/port.ts";
import type { TestDatabase } from "./testing/database.ts";
import { createTestDatabase } from "./testing/database.ts";
import { insertTeam } from "./testing/people.ts";
import { exampleChange, executions, insertAutomation, insertWebhook, newId, startTestPipeline } from "./testing/pipeline.ts";
import type { Receiver } from "./testing/receiver.ts";
import { startReceiver } from "./testing/receiver.ts";
import { until } from "./testing/until.ts";

let database: TestDatabase;
let receiver: Receiver;
let entityId: number;
let dataDir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  receiver = await startReceiver();
  entityId = (await insertTeam(database.db, "acme", "my-team")).teamEntityId;
});
afterAll(async () => {
  await receiver.close();
  await database.drop();
});

/** Runs the real command on this database. */
async function rotate(env: Record<string, string>, killAfterMs?: number): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "keys", "rotate"], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"], BELLHOP_DATABASE_URL: database.url, BELLHOP_DATA_DIR: dataDir, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => { output += String(data); });
  if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [code] = await once(child, "close");
  return { code, output };
}

async function fill(store: SecretStore, count: number): Promise<void> {
  await database.db.query(sql("test_clear", "truncate secrets, webhooks, automations, executions, events cascade"), []);
  for (let index = 0; index < count; index += 1) {
    const id = newId();
    const sealed = await store.seal(`value-of-secret-${index}`, { entityId: String(entityId), secretId: id, version: 1 });
    await database.db.query(sql("test_secret", "insert into secrets (id, entity_id, name, version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext) values ($1, $2, $3, 1, $4, $5, $6, $7, $8)"),
      [id, entityId, `S${index}`, sealed.keyId, sealed.wrapNonce, sealed.wrappedKey, sealed.nonce, sealed.ciphertext]);
  }
}

const keyIds = async (): Promise<string[]> => (await database.db.query<{ key_id: string }>(sql("test_keys", "select distinct key_id from secrets"), [])).map(({ key_id }) => key_id);

/** Delivers with a new webhook that uses the secret, so that nothing is open in a cache; gives what arrived. */
async function deliverWith(store: SecretStore, secret: string): Promise<string> {
  const running = startTestPipeline(database.db, { secretStore: store });
  const webhookId = await insertWebhook(database.db, { url: receiver.url, entityId, secretNames: [secret] });
  const automation = await insertAutomation(database.db, { entityId, scope: ["project", 2], webhookId, payload: `{"value":"\${${secret}}"}` });
  await database.db.transaction((tx) => running.pipeline.captureChange(tx, exampleChange({ subject: { entityId } })));
  const done = await until("it is settled", async () => (await executions(database.db)).find(({ automation_id, status }) => automation_id === automation && ["finished", "failed"].includes(status)));
  await running.stop();
  await database.db.query(sql("test_disable", "update automations set enabled = false"), []);
  return done.status === "finished" ? String(JSON.parse(receiver.received.at(-1)?.body ?? "{}").value) : `${done.reason}`;
}

test("keys rotate, with keys in the settings: killed in the middle and run again, while a server with both keys delivers all the time", async () => {
  dataDir = await mkdtemp(join(tmpdir(), "bellhop-keys-"));
  const [older, newer] = [randomBytes(32).toString("base64"), randomBytes(32).toString("base64")];
  const server = await openLocalSecretStore({ key: { base64: older }, furtherKeys: [newer], random: systemRandom, log: silentLog });
  await fill(server, 3_000);
  const settings = { BELLHOP_SECRET_KEY: newer, BELLHOP_FURTHER_SECRET_KEYS: older };
  const killed = rotate(settings, 600);
  expect(await deliverWith(server, "S1")).toBe("value-of-secret-1");
  await killed;
  expect(await deliverWith(server, "S2999")).toBe("value-of-secret-2999");
  const whole = await rotate(settings);
  expect(whole).toMatchObject({ code: 0, output: expect.stringContaining("take the other keys out of BELLHOP_FURTHER_SECRET_KEYS") });
  expect(whole.output).not.toContain(older);
  expect(whole.output).not.toContain(newer);
  const alone = await openLocalSecretStore({ key: { base64: newer }, random: systemRandom, log: silentLog });
  expect(await keyIds()).toEqual([alone.keyId]);
  for (const store of [server, alone]) expect(await deliverWith(store, "S7")).toBe("value-of-secret-7");
  await rm(dataDir, { recursive: true });
});

test("keys rotate, with the generated file: a new key takes its place, a server that runs finds it, and the old one is kept", async () => {
  dataDir = await mkdtemp(join(tmpdir(), "bellhop-keys-"));
  const openFolder = (): Promise<SecretStore> => openLocalSecretStore({ key: { folder: dataDir }, random: systemRandom, log: silentLog });
  const server = await openFolder();
  await fill(server, 20);
  const before = await readFile(join(dataDir, "secret.key"), "utf8");
  expect(await rotate({})).toMatchObject({ code: 0, output: expect.stringContaining("20 data keys were wrapped") });
  expect((await readdir(dataDir)).sort()).toEqual(["secret.key", "secret.key.previous"]);
  expect(await readFile(join(dataDir, "secret.key.previous"), "utf8")).toBe(before);
  const restarted = await openFolder();
  expect(await keyIds()).toEqual([restarted.keyId]);
  expect(restarted.keyId).not.toBe(server.keyId);
  for (const store of [server, restarted]) expect(await deliverWith(store, "S3")).toBe("value-of-secret-3");
  expect(restarted.deriveAll("links").some((key) => key.equals(server.derive("links")))).toBe(true);
  await rm(join(dataDir, "secret.key.previous"));
  expect(await deliverWith(await openFolder(), "S4")).toBe("value-of-secret-4");
  await rm(dataDir, { recursive: true });
});

test("keys rotate says what it cannot read, changes no key file then, and ends with 1", async () => {
  dataDir = await mkdtemp(join(tmpdir(), "bellhop-keys-"));
  await fill(await openLocalSecretStore({ key: { base64: randomBytes(32).toString("base64") }, random: systemRandom, log: silentLog }), 1);
  const mine = await openLocalSecretStore({ key: { folder: dataDir }, random: systemRandom, log: silentLog });
  const { code, output } = await rotate({});
  expect([code, output]).toEqual([1, expect.stringMatching(/secret [0-9a-f-]{36} can't be read/)]);
  expect((await openLocalSecretStore({ key: { folder: dataDir }, random: systemRandom, log: silentLog })).keyId).toBe(mine.keyId);
  await rm(dataDir, { recursive: true });
});

test("a command that is none is refused, and starts no server", async () => {
  dataDir = tmpdir();
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "key", "rotate"], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (data) => { said += String(data); });
  expect((await once(child, "close"))[0]).toBe(2);
  expect(said).toContain('there is no command "key rotate"');
});
