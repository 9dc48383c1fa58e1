/** Migrations only add, so that nodes of the release before go on beside nodes of this one. */
import assert from 'node:assert/strict';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { test } from 'node:test';
import { migrate } from '../src/store/migrate.ts';
import { MIGRATIONS } from '../src/store/migrations/migrations.ts';
import { type RunStatement, readTableShapes } from '../src/store/portable/table-shapes.ts';
import { queriesOver } from '../src/store/queries.ts';

test('no migration removes or tightens a table, column, key or index that was there', async () => {
  const database = new DatabaseSync(':memory:');
  const run: RunStatement = async (sql, parameters = []) =>
    database.prepare(sql).all(...(parameters as SQLInputValue[])) as Record<string, unknown>[];
  const connection = {
    executeQuery: async <Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) => ({
      rows: (await run(sql, parameters)) as Row[],
    }),
    streamQuery: () => assert.fail('not used'),
  };
  const queries = queriesOver('sqlite', { acquire: async () => connection, release: () => {} });
  const uniqueIndexes = async (table: string) =>
    (await run('select name from pragma_index_list(?) where "unique" = 1 order by name', [table])).map(
      ({ name }) => String(name),
    );
  try {
    for (const [index, { name: migration }] of MIGRATIONS.entries()) {
      const before = await readTableShapes('sqlite', run);
      const uniqueBefore = new Map<string, string[]>();
      for (const { name } of before) uniqueBefore.set(name, await uniqueIndexes(name));
      await migrate(queries, 'sqlite', MIGRATIONS.slice(0, index + 1), 0);
      const after = new Map((await readTableShapes('sqlite', run)).map((table) => [table.name, table]));
      for (const table of before) {
        const now = after.get(table.name);
        assert.ok(now, `${migration} removes the table ${table.name}`);
        assert.deepEqual(now.key, table.key, `${migration} changes the key of ${table.name}`);
        for (const column of table.columns) {
          const place = `${migration}: ${table.name}.${column.name}`;
          const kept: typeof column | undefined = now.columns.find(({ name }) => name === column.name);
          assert.ok(kept, `${place} is removed`);
          assert.equal(kept.type, column.type, place);
          assert.ok(kept.isNullable || !column.isNullable, `${place} is not null now`);
          assert.ok(kept.hasDefault || !column.hasDefault, `${place} has no default any more`);
        }
        for (const column of now.columns) {
          if (table.columns.some(({ name }) => name === column.name)) continue;
          const place = `${migration}: ${table.name}.${column.name}`;
          assert.ok(column.isNullable || column.hasDefault, `${place}: a node of before cannot insert rows`);
        }
        const added = (await uniqueIndexes(table.name)).filter(
          (name) => !uniqueBefore.get(table.name)?.includes(name),
        );
        assert.deepEqual(added, [], `${migration} makes values of ${table.name} unique`);
      }
    }
  } finally {
    database.close();
  }
});
