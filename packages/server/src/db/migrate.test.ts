import { afterAll, describe, expect, test } from "vitest";
import { openDatabase, sql } from "./database.ts";
import { migrate } from "./migrate.ts";
import { silentLog } from "../kit/log.ts";
import { createTestDatabase } from "../testing/database.ts";

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
