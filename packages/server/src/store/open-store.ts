import type { PostgresSettings } from './postgres/postgres-hosts.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';
import type { Store, StoreOptions } from './store.ts';

/** Location of the data: a file of this machine, or a server. */
export type StoreLocation =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly settings?: PostgresSettings };

/**
 * Opens the database and brings its schema up to date, under a lock when several nodes start at once.
 * @throws StoreUnavailable if it cannot be reached or opened
 * @throws Error if a newer version of Claviger has migrated it
 */
export function openStore(location: StoreLocation, options: StoreOptions): Promise<Store> {
  switch (location.kind) {
    case 'sqlite':
      return SqliteStore.open(location.file, options);
    case 'postgres':
      return PostgresStore.open(location.url, options, location.settings);
  }
}
