/** Databases that earlier releases made (`releases/VERSION`): each opens, its keys sign, its sessions live. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { pino } from 'pino';
import { type Claviger, startClaviger } from '../src/claviger.ts';
import { readConfiguration } from '../src/configuration.ts';
import { prepareDataDirectory } from '../src/installation.ts';
import { migrate } from '../src/store/migrate.ts';
import { MIGRATIONS } from '../src/store/migrations/migrations.ts';
import { queriesOver } from '../src/store/queries.ts';
import { Browser } from './browser.ts';
import type { ClientKey } from './clients.ts';
import { eachDatabase } from './databases.ts';
import { send, signedRequest } from './raw-request.ts';

const RELEASES = join(import.meta.dirname, 'releases');
const RAM = '2015-05-01';
const IMS = '2019-08-15';
const ACTIONTRAIL = '2020-07-06';

/** What the installation of a release has: `contents.json`. */
interface Contents {
  /** When it was made, milliseconds since the epoch: its sessions live at that time. */
  readonly time: number;
  readonly masterKey: string;
  readonly accountId: string;
  readonly administrator: ClientKey;
  readonly root: ClientKey;
  /** May list users. */
  readonly alice: ClientKey & { readonly password: string; readonly userPrincipalName: string };
  readonly inactive: ClientKey;
  /** May list users. */
  readonly roleSession: ClientKey;
  readonly consoleSession: { readonly cookies: Readonly<Record<string, string>>; readonly csrf: string };
}

/** Fills an empty PostgreSQL database with the schema and the rows of a file of an earlier release. */
async function copyToPostgres(file: string, url: string): Promise<void> {
  const source = new DatabaseSync(file, { readOnly: true });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const applied = source.prepare('select name from migrations').all().length;
    const connection = {
      executeQuery: async <Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) => ({
        rows: (await client.query(sql, [...parameters])).rows as Row[],
      }),
      streamQuery: () => assert.fail('not used'),
    };
    const queries = queriesOver('postgres', { acquire: async () => connection, release: () => {} });
    await migrate(queries, 'postgres', MIGRATIONS.slice(0, applied), 0);
    await client.query('set session_replication_role = replica');
    const tables = source
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
      .all() as { name: string }[];
    for (const { name } of tables.filter((table) => table.name !== 'migrations')) {
      for (const row of source.prepare(`select * from ${name}`).all()) {
        const columns = Object.keys(row);
        const places = columns.map((_, index) => `$${index + 1}`);
        await client.query(
          `insert into ${name} (${columns.join(', ')}) values (${places.join(', ')})`,
          Object.values(row),
        );
      }
    }
    const { rows } = await client.query<{ table_name: string; column_name: string }>(
      "select table_name, column_name from information_schema.columns where is_identity = 'YES'",
    );
    for (const { table_name: table, column_name: column } of rows) {
      await client.query(
        `select setval(pg_get_serial_sequence('${table}', '${column}'), (select max(${column}) from ${table}))`,
      );
    }
  } finally {
    await client.end();
    source.close();
  }
}

for (const release of readdirSync(RELEASES)) {
  const contents = JSON.parse(readFileSync(join(RELEASES, release, 'contents.json'), 'utf8')) as Contents;

  eachDatabase((name, { emptyLocation }) => {
    describe(`an installation of ${release} on ${name}`, () => {
      const directory = mkdtempSync(join(tmpdir(), 'claviger-release-'));
      const now = contents.time + 60_000;
      let server: Claviger;

      before(async () => {
        const data = join(directory, 'data');
        const location = name === 'PostgreSQL' ? await emptyLocation() : undefined;
        const url = location?.kind === 'postgres' ? location.url : undefined;
        const configuration = readConfiguration(
          { data, port: 0, database: url, maxClockDifference: 'off' },
          {},
        );
        prepareDataDirectory(configuration);
        const file = join(url === undefined ? data : directory, 'claviger.db');
        writeFileSync(file, gunzipSync(readFileSync(join(RELEASES, release, 'claviger.db.gz'))), {
          mode: 0o600,
        });
        writeFileSync(join(data, 'master.key'), contents.masterKey, { mode: 0o600 });
        if (url !== undefined) await copyToPostgres(file, url);
        server = await startClaviger(configuration, pino({ level: 'silent' }), () => now);
      });

      after(async () => {
        await server.close();
        rmSync(directory, { recursive: true });
      });

      /** Calls an operation, signed at the time of the installation. */
      async function call(
        key: ClientKey,
        version: string,
        action: string,
        parameters: Readonly<Record<string, string>> = {},
      ): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
        const { status, text } = await send(
          server.url,
          signedRequest(server.url, key, 'ACS3', { version, action, parameters, format: 'JSON', now }),
        );
        return { status, body: JSON.parse(text) as Record<string, unknown> };
      }

      test('keys sign, with their permissions', async () => {
        for (const key of [contents.administrator, contents.root, contents.alice]) {
          const { status, body } = await call(key, '2015-04-01', 'GetCallerIdentity');
          assert.equal(status, 200, JSON.stringify(body));
          assert.equal(body['AccountId'], contents.accountId);
        }
        assert.equal((await call(contents.alice, RAM, 'ListUsers')).status, 200);
        assert.equal((await call(contents.alice, RAM, 'CreateUser', { UserName: 'mallory' })).status, 403);
        const refusal = await call(contents.inactive, '2015-04-01', 'GetCallerIdentity');
        assert.equal(refusal.body['Code'], 'InvalidAccessKeyId.Inactive');
      });

      test('a role session lives', async () => {
        const { status, body } = await call(contents.roleSession, RAM, 'ListUsers');
        assert.equal(status, 200, JSON.stringify(body));
      });

      test('a console session lives, and its user signs in anew', async () => {
        const browser = new Browser(server);
        for (const [cookie, value] of Object.entries(contents.consoleSession.cookies))
          browser.jar.set(cookie, value);
        browser.csrf = contents.consoleSession.csrf;
        await browser.done('GetSession');
        const { userPrincipalName, password } = contents.alice;
        assert.equal(await new Browser(server).signIn(userPrincipalName, password), 'Done');
      });

      test('takes changes, and has the events of before', async () => {
        const made = await call(contents.administrator, RAM, 'CreateUser', { UserName: 'later' });
        assert.equal(made.status, 200, JSON.stringify(made.body));
        const { body } = await call(contents.administrator, IMS, 'ListUsers');
        const { User: users } = body['Users'] as { User: { UserPrincipalName: string }[] };
        assert.deepEqual(users.map(({ UserPrincipalName }) => UserPrincipalName.split('@')[0]).sort(), [
          'administrator',
          'alice',
          'bob',
          'later',
        ]);
        const found = await call(contents.root, ACTIONTRAIL, 'LookupEvents', {
          'LookupAttribute.1.Key': 'EventName',
          'LookupAttribute.1.Value': 'CreateRole',
          StartTime: new Date(contents.time - 3_600_000).toISOString().replace(/\.\d+/, ''),
          EndTime: new Date(now).toISOString().replace(/\.\d+/, ''),
        });
        assert.equal((found.body['Events'] as unknown[] | undefined)?.length, 1, JSON.stringify(found.body));
      });
    });
  });
}
