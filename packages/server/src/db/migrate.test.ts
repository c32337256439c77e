import { readFileSync, readdirSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openDatabase, sql } from "./database.ts";
import { migrate } from "./migrate.ts";
import { silentLog } from "../kit/log.ts";
import { createTestDatabase } from "../testing/database.ts";
import { insertTeam } from "../testing/people.ts";
import { exampleChange, insertAutomation, newId } from "../testing/pipeline.ts";

describe("migrate", async () => {
  const test1 = await createTestDatabase({ migrated: false });
  afterAll(() => test1.drop());

  test("two servers that start at once on an empty database apply each migration once", async () => {
    const other = openDatabase({ url: test1.url, poolSize: 2, log: silentLog });
    const reports = await Promise.all([migrate(test1.db), migrate(other)]);
    await other.close();
    const names = reports.flatMap(({ applied }) => applied);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    expect((await migrate(test1.db)).applied).toEqual([]);
  });

  test("every table carries entity_id, so that data can be split by team", async () => {
    const rows = await test1.db.query<{ table_name: string }>(sql("test_tables", `
      select table_name from information_schema.tables t where table_schema = 'public'
        and table_name not in ('schema_migrations', 'entities', 'background_work', 'login_failures')
        and not exists (select 1 from information_schema.columns c where c.table_schema = 'public' and c.table_name = t.table_name and c.column_name = 'entity_id')`), []);
    expect(rows).toEqual([]);
  });

  test("a schema that a newer version changed beyond this one is refused by name, as is one of which nobody says so", async () => {
    await test1.db.query(sql("test_newer", "insert into schema_migrations (number, name, checksum) values (9999, '9999-from-the-future.sql', 'x')"), []);
    await expect(migrate(test1.db)).rejects.toThrow(/9999-from-the-future.*newer version/);
    await test1.db.query(sql("test_newer_gone", "delete from schema_migrations where number = 9999"), []);
  });
});

describe("two versions on one database", () => {
  const folders: string[] = [];
  const folder = join(import.meta.dirname, "migrations");
  const count = readdirSync(folder).length;
  /** The migrations of a version that is one migration ahead of this one. */
  const nextVersion = async (text: string): Promise<string> => {
    const ahead = await mkdtemp(join(tmpdir(), "bellhop-migrations-"));
    folders.push(ahead);
    await cp(folder, ahead, { recursive: true });
    await writeFile(join(ahead, `${String(count + 1).padStart(4, "0")}-next.sql`), text);
    return ahead;
  };
  afterAll(() => Promise.all(folders.map((path) => rm(path, { recursive: true }))));

  test("the old one starts and works when the new one has only expanded the schema, and says what it does not know", async () => {
    const { db, drop } = await createTestDatabase();
    await migrate(db, await nextVersion("alter table webhooks add column colour text;"));
    const report = await migrate(db);
    expect(report).toEqual({ applied: [], newer: [expect.stringContaining("-next.sql")] });
    expect(await insertAutomation(db, { entityId: (await insertTeam(db, "org", "team")).teamEntityId, scope: ["project", 1] })).toMatch(/^[0-9a-f-]{36}$/);
    await drop();
  });

  test("the old one refuses to start when the new one says that its change is breaking, and changes nothing", async () => {
    const { db, drop } = await createTestDatabase();
    await migrate(db, await nextVersion("-- breaking: no version reads webhooks.headers since 0.1\nalter table webhooks drop column headers;"));
    await expect(migrate(db)).rejects.toThrow(/-next\.sql, which this version of Bellhop cannot work with/);
    await drop();
  });

  test("what takes something away from the versions before says that it is breaking", () => {
    const takesAway = /\b(drop (table|column|view|function)|rename (to|column)|alter column \w+ (type|set not null)|add column \w+ [^,;]*not null(?![^,;]*default))/i;
    const silent = readdirSync(folder).filter((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return Number(name.slice(0, 4)) > lastOfBefore && takesAway.test(text.replaceAll(/^--.*$/gm, "")) && !/^-- breaking: \S/.test(text);
    });
    expect(silent).toEqual([]);
    expect(takesAway.test("alter table a drop column b")).toBe(true);
  });
});

/** Migrations of before the mark: no release has been made with fewer. */
const lastOfBefore = 20;

describe("a database of before explanations", async () => {
  const test2 = await createTestDatabase();
  afterAll(() => test2.drop());

  test("has its revisions told where they stood, and its events of runs whose they are", async () => {
    const { db } = test2;
    await db.query({ name: "", text: "alter table automation_revisions drop column scope_kind, drop column scope_id; alter table events drop column run_id; drop index events_project" }, []);
    const [team] = await db.query<{ id: number }>(sql("test_migrate_entity", "insert into entities (name, kind) values ('team', 'team') returning id"), []);
    const automation = await insertAutomation(db, { entityId: team?.id ?? 0, scope: ["project", 7] });
    const insertEvent = sql("test_migrate_event", "insert into events (id, entity_id, project_id, type, author, subject) values ($1, 3, 2, $2, 'ada', $3)");
    await db.query(insertEvent, [newId(), "ADD_ARTIFACT_ALIAS", JSON.stringify(exampleChange().subject)]);
    await db.query(insertEvent, [newId(), "RUN_STATE", JSON.stringify({ kind: "run", runId: 42 })]);
    const folder = join(import.meta.dirname, "migrations");
    const file = readdirSync(folder).find((name) => name.endsWith("-explanations.sql")) ?? "";
    await db.query({ name: "", text: readFileSync(join(folder, file), "utf8") }, []);
    expect(await db.query(sql("test_migrate_revisions", "select automation_id, scope_kind, scope_id from automation_revisions"), [])).toEqual([{ automation_id: automation, scope_kind: "project", scope_id: 7 }]);
    expect(await db.query(sql("test_migrate_runs", "select type, run_id from events order by type"), [])).toEqual([{ type: "ADD_ARTIFACT_ALIAS", run_id: null }, { type: "RUN_STATE", run_id: 42 }]);
  });
});
