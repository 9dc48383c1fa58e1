import { createHash, randomBytes } from 'node:crypto';
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe } from 'node:test';
import pg from 'pg';
import { openStore, type StoreLocation } from '../src/store/open-store.ts';
import type { Store, StoreOptions } from '../src/store/store.ts';
import { POSTGRES_VARIABLE, type PostgresServer, startPostgres } from './postgres-server.ts';

/** Database under test. */
export interface TestDatabase {
  /**
   * Opens a store, which is closed after the tests of the file.
   * @param options that differ from the system's clock and the usual polling
   * @param location an existing one; by default a new one
   */
  open(options?: Partial<StoreOptions>, location?: StoreLocation): Promise<Store>;
  /** Creates a location with all tables and no rows, removed after the tests of the file. */
  freshLocation(): Promise<StoreLocation>;
  /** Creates a location without tables, removed after the tests of the file. */
  emptyLocation(): Promise<StoreLocation>;
}

const kinds = { SQLite: 'sqlite', PostgreSQL: 'postgres' } as const;

/**
 * Defines the same tests for SQLite and for PostgreSQL.
 *
 *     eachDatabase((name, { open }) => {
 *       test('a row is inserted', async () => {
 *         const store = await open();
 *       });
 *     });
 *
 * A PostgreSQL that cannot be started fails the tests; they are never skipped.
 */
export function eachDatabase(define: (name: keyof typeof kinds, database: TestDatabase) => void): void {
  for (const name of Object.keys(kinds) as (keyof typeof kinds)[]) {
    describe(name, () => {
      const cleanUps: (() => unknown)[] = [];
      const created = ({ location, remove }: FreshLocation): StoreLocation => {
        cleanUps.push(remove);
        return location;
      };
      const database: TestDatabase = {
        async freshLocation() {
          return created(await (kinds[name] === 'sqlite' ? migratedFile() : migratedDatabase()));
        },
        async emptyLocation() {
          return created(kinds[name] === 'sqlite' ? emptyFile() : await newDatabase());
        },
        async open(options = {}, location) {
          const store = await openStore(location ?? (await database.freshLocation()), {
            now: Date.now,
            ...options,
          });
          cleanUps.push(() => store.close());
          return store;
        },
      };
      define(name, database);
      // Runs after the hooks that `define` registers: a server is closed before its database is removed.
      after(async () => {
        for (const cleanUp of cleanUps.reverse()) await cleanUp();
      });
    });
  }
}

interface FreshLocation {
  readonly location: StoreLocation;
  readonly remove: () => unknown;
}

/** Name of the migrated database that new ones are copied from: another for each set of migrations. */
const TEMPLATE = `claviger_template_${hashOfMigrations()}`;

/** Key of the lock under which one process creates the template. */
const TEMPLATE_LOCK = 20_261_201;

function hashOfMigrations(): string {
  const hash = createHash('sha256');
  for (const file of globSync('../src/store/migrat*/**/*.ts', { cwd: import.meta.dirname }).sort()) {
    hash.update(readFileSync(join(import.meta.dirname, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function emptyFile(): FreshLocation & { readonly location: { readonly file: string } } {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-store-'));
  return {
    location: { kind: 'sqlite', file: join(directory, 'claviger.db') },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

let templateFile: Promise<string> | undefined;

/** Writes a database with all tables and no rows: a copy, since migrating takes longer than most tests. */
export async function writeMigratedFile(file: string): Promise<void> {
  templateFile ??= (async () => {
    const { location, remove } = emptyFile();
    process.once('exit', remove);
    await (await openStore(location, { now: Date.now })).close();
    return location.file;
  })();
  copyFileSync(await templateFile, file);
}

async function migratedFile(): Promise<FreshLocation> {
  const created = emptyFile();
  await writeMigratedFile(created.location.file);
  return created;
}

async function newDatabase(template?: string): Promise<FreshLocation> {
  const server = await serverAddress();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await command(server, `create database ${name}${template === undefined ? '' : ` template ${template}`}`);
  return {
    location: { kind: 'postgres', url: urlOfDatabase(server, name) },
    remove: () => command(server, `drop database ${name} with (force)`),
  };
}

let template: Promise<void> | undefined;

async function migratedDatabase(): Promise<FreshLocation> {
  template ??= serverAddress().then(createTemplate);
  await template;
  return newDatabase(TEMPLATE);
}

/** Creates the template, unless another process has. */
async function createTemplate(server: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [TEMPLATE]);
    if (rowCount !== 0) return;
    const building = `${TEMPLATE}_new`;
    await client.query(`drop database if exists ${building}`);
    await client.query(`create database ${building}`);
    await (
      await openStore({ kind: 'postgres', url: urlOfDatabase(server, building) }, { now: Date.now })
    ).close();
    // Renamed last: a template that exists is complete.
    await client.query(`alter database ${building} rename to ${TEMPLATE}`);
  } finally {
    await client.end();
  }
}

function urlOfDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one statement on the server at `url`, outside of any store. */
export async function command(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

let own: Promise<PostgresServer> | undefined;

/**
 * Returns the address of the PostgreSQL server of the tests: the shared one if it runs; else one of this process,
 * started once and stopped at its end.
 */
export async function serverAddress(): Promise<string> {
  const given = process.env[POSTGRES_VARIABLE];
  if (given) return given;
  own ??= startPostgres();
  return (await own).url;
}

// Registered on the file's root, so it runs after the tests of every `describe`.
after(async () => {
  // One that did not start has failed the tests already.
  const server = await own?.catch(() => undefined);
  await server?.stop();
});
