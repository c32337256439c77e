import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openLocalSecretStore } from "../../adapters/secret-store-local/local-secret-store.ts";
import { sql } from "../../db/database.ts";
import { findGrantedSecrets } from "../../db/queries/granted-secrets.ts";
import { silentLog } from "../../kit/log.ts";
import { systemRandom } from "../../kit/random.ts";
import { openSecretRows } from "../../pipeline/index.ts";
import type { SecretStore } from "../../ports/secret-store/port.ts";
import { insertWebhook } from "../../testing/pipeline.ts";
import type { World } from "../automations/testing/automation-world.ts";
import { makeWorld } from "../automations/testing/automation-world.ts";
import { putSecret, rewrapSecrets, rotateSecret } from "./index.ts";

const newKey = (): string => randomBytes(32).toString("base64");
const openStore = (base64: string, furtherKeys: readonly string[] = []): Promise<SecretStore> => openLocalSecretStore({ key: { base64 }, furtherKeys, random: systemRandom, log: silentLog });

let world: World;
let oldKey: string;
let newOne: string;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.drop());
beforeEach(async () => {
  [oldKey, newOne] = [newKey(), newKey()];
  await world.services.db.query(sql("test_clear", "truncate secrets, webhooks cascade"), []);
});

const put = (secretStore: SecretStore, name: string, value = `canary-${name}`) => putSecret({ ...world.services, secretStore }, world.admin, { team: "vision-team", name, value });
const keyIds = async () => (await world.services.db.query<{ key_id: string; count: number }>(sql("test_key_ids", "select key_id, count(*) as count from (select key_id from secrets union all select key_id from previous_secrets) as every group by key_id order by 1"), []))
  .map(({ key_id, count }) => [key_id, count]);

async function valuesWith(secretStore: SecretStore, names: readonly string[]): Promise<unknown> {
  const webhook = await insertWebhook(world.services.db, { url: "https://hooks.example.com/", entityId: world.teamId, secretNames: [...names] });
  return openSecretRows(secretStore, await findGrantedSecrets(world.services.db, [webhook]));
}

describe("wrapping every data key with a new key-encryption key", () => {
  it("leaves every secret readable with the new key alone, those of before a rotation too", async () => {
    const before = await openStore(oldKey);
    for (let index = 0; index < 7; index += 1) await put(before, `SECRET_${index}`);
    await rotateSecret({ ...world.services, secretStore: before }, world.admin, { team: "vision-team", name: "SECRET_3", value: "canary-rotated", overlapSeconds: 600 });
    const both = await openStore(newOne, [oldKey]);
    expect(await rewrapSecrets({ db: world.services.db, secretStore: both }, 3)).toEqual({ rewrapped: 8, unreadable: [] });
    expect(await keyIds()).toEqual([[both.keyId, 8]]);
    expect(await valuesWith(await openStore(newOne), ["SECRET_0", "SECRET_3"])).toEqual({
      ok: true, secrets: new Map([["SECRET_0", "canary-SECRET_0"], ["SECRET_3", "canary-rotated"]]), previous: new Map([["SECRET_3", ["canary-SECRET_3"]]]),
    });
    expect(await rewrapSecrets({ db: world.services.db, secretStore: both })).toEqual({ rewrapped: 0, unreadable: [] });
  });

  it("can be broken off between batches and begun again; until then everything is readable with both keys", async () => {
    const before = await openStore(oldKey);
    const names = Array.from({ length: 10 }, (_, index) => `SECRET_${index}`);
    for (const name of names) await put(before, name);
    const both = await openStore(newOne, [oldKey]);
    let left = 5;
    const dying: SecretStore = { ...both, rewrap: (sealed, context) => (left-- > 0 ? both.rewrap(sealed, context) : Promise.reject(new Error("killed"))) };
    await expect(rewrapSecrets({ db: world.services.db, secretStore: dying }, 2)).rejects.toThrow("killed");
    expect((await keyIds()).map(([, count]) => count).sort()).toEqual([4, 6]);
    const servers = [await openStore(oldKey, [newOne]), both];
    for (const store of servers) expect(await valuesWith(store, names)).toMatchObject({ ok: true, secrets: new Map(names.map((name) => [name, `canary-${name}`])) });
    expect(await rewrapSecrets({ db: world.services.db, secretStore: both }, 2)).toEqual({ rewrapped: 6, unreadable: [] });
    expect(await keyIds()).toEqual([[both.keyId, 10]]);
  });

  it("takes what servers seal with the old key meanwhile, and overwrites nothing that changed under it", async () => {
    const before = await openStore(oldKey, [newOne]);
    for (const name of ["A", "B", "C"]) await put(before, name);
    const both = await openStore(newOne, [oldKey]);
    let meanwhile = async (): Promise<void> => {
      meanwhile = () => Promise.resolve();
      await put(before, "A", "canary-A-changed");
      await put(before, "D");
    };
    const slow: SecretStore = { ...both, rewrap: async (sealed, context) => {
      await meanwhile();
      return both.rewrap(sealed, context);
    } };
    expect((await rewrapSecrets({ db: world.services.db, secretStore: slow })).unreadable).toEqual([]);
    expect(await keyIds()).toEqual([[both.keyId, 4]]);
    expect(await valuesWith(await openStore(newOne), ["A", "D"])).toMatchObject({ secrets: new Map([["A", "canary-A-changed"], ["D", "canary-D"]]) });
  });

  it("names what no key opens, and goes on with the rest", async () => {
    await put(await openStore(newKey()), "LOST");
    await put(await openStore(oldKey), "FOUND");
    const report = await rewrapSecrets({ db: world.services.db, secretStore: await openStore(newOne, [oldKey]) }, 1);
    const [lost] = await world.services.db.query<{ id: string }>(sql("test_lost", "select id from secrets where name = 'LOST'"), []);
    expect(report).toEqual({ rewrapped: 1, unreadable: [lost?.id] });
  });
});

describe("a ciphertext that is moved", () => {
  const sealedColumns = "version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext";

  it.each<[string, string, object?]>([
    ["another secret of the same team", "update secrets set (version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext) = (select version, key_id, wrap_nonce, wrapped_key, nonce, ciphertext from secrets where name = 'MINE') where name = 'OTHER'"],
    ["a team of the attacker's", "update secrets set entity_id = (select entity_id from teams where entity_id <> secrets.entity_id limit 1) where name = 'MINE'"],
    ["a later version", "update secrets set version = version + 1 where name = 'MINE'"],
    ["what a secret was before a rotation", `insert into previous_secrets (secret_id, entity_id, expires_at, ${sealedColumns}) select other.id, other.entity_id, now() + interval '1 hour', mine.version, mine.key_id, mine.wrap_nonce, mine.wrapped_key, mine.nonce, mine.ciphertext from secrets as mine, secrets as other where mine.name = 'MINE' and other.name = 'OTHER'`, { ok: true, secrets: new Map([["MINE", "canary-MINE"], ["OTHER", "canary-OTHER"]]), previous: new Map() }],
  ])("to %s does not open, and is not wrapped anew", async (_where, move, expected: object = { ok: false, reason: "secret_unreadable" }) => {
    const store = await openStore(oldKey);
    await put(store, "MINE");
    await put(store, "OTHER");
    await world.services.db.query(sql(`test_move_${_where.replace(/\W/g, "_")}`, move), []);
    const webhooks = await Promise.all([world.teamId, world.otherTeamId].map((entityId) => insertWebhook(world.services.db, { url: "https://hooks.example.com/", entityId, secretNames: ["MINE", "OTHER"] })));
    const moved = await Promise.all(webhooks.map(async (id) => openSecretRows(store, await findGrantedSecrets(world.services.db, [id]))));
    expect(moved).toContainEqual(expected);
    expect((await rewrapSecrets({ db: world.services.db, secretStore: await openStore(newOne, [oldKey]) })).unreadable).toHaveLength(1);
  });
});
