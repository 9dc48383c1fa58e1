import { type Kysely, sql } from 'kysely';
import type { Migration } from '../migrate.ts';
import { tables } from './tables.ts';

/** Count of the rows of a table, by account. */
interface Counter {
  readonly table: string;
  readonly counted: string;
  /** Condition on a row to be counted; all rows without one. */
  readonly when?: { readonly column: string; readonly condition: (row: string) => string };
}

const COUNTERS: readonly Counter[] = [
  {
    table: 'users',
    counted: 'users',
    when: { column: 'recycled_at', condition: (row) => `${row}.recycled_at is null` },
  },
  {
    table: 'users',
    counted: 'recycled-users',
    when: { column: 'recycled_at', condition: (row) => `${row}.recycled_at is not null` },
  },
  { table: 'groups', counted: 'groups' },
  { table: 'roles', counted: 'roles' },
  { table: 'policies', counted: 'policies' },
  { table: 'mfa_devices', counted: 'mfa-devices' },
  {
    table: 'mfa_devices',
    counted: 'bound-mfa-devices',
    when: { column: 'owner_id', condition: (row) => `${row}.owner_id is not null` },
  },
];

const ADD_TO_KNOWN =
  'on conflict (account_id, counted) do update set row_count = row_counts.row_count + excluded.row_count';

/** An attachment counts unless its user is in the recycle bin. */
const isLive = (row: string) =>
  `(${row}.principal_type <> 'user' or not exists
    (select 1 from users where users.user_id = ${row}.principal_id and users.recycled_at is not null))`;

const attachmentsOf = (row: string) =>
  `'attachments/' || ${row}.policy_type || '/' || ${row}.policy_name_key`;

/** Changes the counts of all policies attached to a user that is moved to, or restored from, the recycle bin. */
const COUNT_ATTACHMENTS_OF_USER = `insert into row_counts (account_id, counted, row_count)
  select a.account_id, ${attachmentsOf('a')}, case when new.recycled_at is null then 1 else -1 end
  from policy_attachments a
  where a.principal_id = new.user_id and a.principal_type = 'user' and a.account_id = new.account_id
  ${ADD_TO_KNOWN};`;

/**
 * Numbers of users, groups and other entities of an account, and of attachments of each policy, maintained by
 * triggers: counting a million rows takes tens of milliseconds, at each creation of a user. Triggers, so that nodes
 * of the release before this one count, too.
 */
export const rowCounts: Migration = {
  name: '0013-row-counts',
  async up(database, kind) {
    const table = tables(database, kind);
    await table('row_counts', { account_id: 'text', counted: 'name', row_count: 'integer' })
      .addPrimaryKeyConstraint('row_counts_pk', ['account_id', 'counted'])
      .execute();
    for (const { table: from, counted, when } of COUNTERS) {
      const where = when === undefined ? '' : `where ${when.condition('t')}`;
      await run(
        database,
        `insert into row_counts (account_id, counted, row_count)
        select t.account_id, '${counted}', count(*) from ${quoted(from)} t ${where} group by t.account_id`,
      );
    }
    await run(
      database,
      `insert into row_counts (account_id, counted, row_count)
      select a.account_id, ${attachmentsOf('a')}, count(*) from policy_attachments a where ${isLive('a')}
      group by a.account_id, a.policy_type, a.policy_name_key`,
    );
    await (kind === 'sqlite' ? sqliteTriggers(database) : postgresTriggers(database));
  },
};

async function sqliteTriggers(database: Kysely<unknown>): Promise<void> {
  for (const { name, event, on, row, when, counted, by } of changesOfCounters()) {
    await run(
      database,
      `create trigger ${name} after ${event} on ${quoted(on)} when ${when} begin
      insert into row_counts (account_id, counted, row_count) values (${row}.account_id, '${counted}', ${by})
      ${ADD_TO_KNOWN};
    end`,
    );
  }
  for (const [event, row, by] of [
    ['insert', 'new', 1],
    ['delete', 'old', -1],
  ] as const) {
    await run(
      database,
      `create trigger count_attachments_${event} after ${event} on policy_attachments
      when ${isLive(row)} begin
        insert into row_counts (account_id, counted, row_count)
        values (${row}.account_id, ${attachmentsOf(row)}, ${by}) ${ADD_TO_KNOWN};
      end`,
    );
  }
  await run(
    database,
    `create trigger count_attachments_of_user after update of recycled_at on users
    when (old.recycled_at is null) <> (new.recycled_at is null) begin ${COUNT_ATTACHMENTS_OF_USER} end`,
  );
}

async function postgresTriggers(database: Kysely<unknown>): Promise<void> {
  await run(
    database,
    `create function change_row_count() returns trigger language plpgsql as $$ begin
    if tg_op = 'DELETE' then new := old; end if;
    insert into row_counts (account_id, counted, row_count)
    values (new.account_id, tg_argv[0], tg_argv[1]::bigint) ${ADD_TO_KNOWN};
    return null;
  end $$`,
  );
  for (const { name, event, on, when, counted, by } of changesOfCounters()) {
    await run(
      database,
      `create trigger ${name} after ${event} on ${quoted(on)} for each row when (${when})
      execute function change_row_count('${counted}', '${by}')`,
    );
  }
  await run(
    database,
    `create function count_attachment() returns trigger language plpgsql as $$ begin
    if tg_op = 'DELETE' then new := old; end if;
    if ${isLive('new')} then
      insert into row_counts (account_id, counted, row_count)
      values (new.account_id, ${attachmentsOf('new')}, tg_argv[0]::bigint) ${ADD_TO_KNOWN};
    end if;
    return null;
  end $$`,
  );
  for (const [event, by] of [
    ['insert', 1],
    ['delete', -1],
  ] as const) {
    await run(
      database,
      `create trigger count_attachments_${event} after ${event} on policy_attachments
      for each row execute function count_attachment('${by}')`,
    );
  }
  await run(
    database,
    `create function count_attachments_of_user() returns trigger language plpgsql as $$ begin
    ${COUNT_ATTACHMENTS_OF_USER}
    return null;
  end $$`,
  );
  await run(
    database,
    `create trigger count_attachments_of_user after update of recycled_at on users for each row
    when ((old.recycled_at is null) <> (new.recycled_at is null)) execute function count_attachments_of_user()`,
  );
}

/** Yields the changes of rows that change counts. */
function* changesOfCounters() {
  for (const { table: on, counted, when } of COUNTERS) {
    const name = `count_${counted.replaceAll('-', '_')}`;
    const condition = when?.condition ?? (() => '1 = 1');
    const common = { on, counted };
    yield { ...common, name: `${name}_insert`, event: 'insert', row: 'new', when: condition('new'), by: 1 };
    yield { ...common, name: `${name}_delete`, event: 'delete', row: 'old', when: condition('old'), by: -1 };
    if (when === undefined) continue;
    const event = `update of ${when.column}`;
    const [before, after] = [condition('old'), condition('new')];
    yield { ...common, name: `${name}_in`, event, row: 'new', when: `not (${before}) and ${after}`, by: 1 };
    yield { ...common, name: `${name}_out`, event, row: 'new', when: `${before} and not (${after})`, by: -1 };
  }
}

/** `groups` is a keyword of SQL. */
const quoted = (table: string) => `"${table}"`;

const run = (database: Kysely<unknown>, text: string) => sql.raw(text).execute(database);
