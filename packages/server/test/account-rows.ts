import assert from 'node:assert/strict';
import { sql } from 'kysely';
import type { ServerServices as Services } from '../src/pipeline/server-services.ts';
import type { Queries } from '../src/store/store.ts';

/** Tables that every call writes to, whatever its outcome, or the chain of the audit log after it. */
const written = /^(audit_|access_key_uses$|leases$)/;

/** Tables of the store itself. */
const ofTheStore = /^(kysely_migration|sqlite_)/;

/** Rows of an account, as text: `table {row}`. */
export type AccountRows = ReadonlySet<string>;

/**
 * Reads everything that is stored of an account, except its audit records and the last uses of its keys. A table
 * without an account column is read whole.
 */
export async function readAccountRows(services: Services, accountId: string): Promise<AccountRows> {
  const queries = services.store.queries;
  const rows = new Set<string>();
  for (const { name, columns } of await queries.introspection.getTables()) {
    if (written.test(name) || ofTheStore.test(name)) continue;
    const owners = columns.map((column) => column.name).filter((column) => column.endsWith('account_id'));
    for (const row of await rowsOf(queries, name, owners, accountId))
      rows.add(`${name} ${JSON.stringify(row)}`);
  }
  assert.ok(rows.size > 0, 'the account has rows');
  return rows;
}

/** Reads the last uses of an account's keys. */
export async function readKeyUses(services: Services, accountId: string): Promise<AccountRows> {
  await services.lastUsed.flush();
  const uses = await services.store.queries
    .selectFrom('access_key_uses')
    .innerJoin('access_keys', 'access_keys.access_key_id', 'access_key_uses.access_key_id')
    .selectAll('access_key_uses')
    .where('access_keys.account_id', '=', accountId)
    .execute();
  return new Set(uses.map((use) => JSON.stringify(use)));
}

/** Asserts that nothing was written, changed or deleted between two readings. */
export function assertSameRows(before: AccountRows, after: AccountRows, whose: string): void {
  const gone = [...before].filter((row) => !after.has(row));
  const come = [...after].filter((row) => !before.has(row));
  assert.deepEqual({ gone, come }, { gone: [], come: [] }, `the rows of ${whose} are not what they were`);
}

async function rowsOf(
  queries: Queries,
  table: string,
  owners: readonly string[],
  accountId: string,
): Promise<readonly unknown[]> {
  const whose =
    owners.length === 0
      ? sql``
      : sql`where ${sql.join(
          owners.map((column) => sql`${sql.ref(column)} = ${accountId}`),
          sql` or `,
        )}`;
  const { rows } = await sql`select * from ${sql.table(table)} ${whose}`.execute(queries);
  return rows;
}
