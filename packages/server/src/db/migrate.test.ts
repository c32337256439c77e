import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openDatabase, sql } from "./database.ts";
import { migrate } from "./migrate.ts";
import { silentLog } from "../kit/log.ts";
import { createTestDatabase } from "../testing/database.ts";
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
        and table_name not in ('schema_migrations', 'entities', 'login_failures')
        and not exists (select 1 from information_schema.columns c where c.table_schema = 'public' and c.table_name = t.table_name and c.column_name = 'entity_id')`), []);
    expect(rows).toEqual([]);
  });

  test("a database of a newer version is refused by name", async () => {
    await test1.db.query(sql("test_newer", "insert into schema_migrations values (9999, '9999-from-the-future.sql', 'x')"), []);
    await expect(migrate(test1.db)).rejects.toThrow(/9999-from-the-future.*newer version/);
  });
});

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
