import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
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
  /** Creates an empty location, removed after the tests of the file. */
  freshLocation(): Promise<StoreLocation>;
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
      const database: TestDatabase = {
        async freshLocation() {
          const { location, remove } = await (kinds[name] === 'sqlite' ? freshFile() : freshDatabase());
          cleanUps.push(remove);
          return location;
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

async function freshFile(): Promise<FreshLocation> {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-store-'));
  return {
    location: { kind: 'sqlite', file: join(directory, 'claviger.db') },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function freshDatabase(): Promise<FreshLocation> {
  const server = await serverAddress();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await command(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    location: { kind: 'postgres', url: url.href },
    remove: () => command(server, `drop database ${name} with (force)`),
  };
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
