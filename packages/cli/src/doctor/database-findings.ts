import { DatabaseSync } from 'node:sqlite';
import {
  type Configuration,
  type DatabaseSnapshot,
  MIGRATIONS,
  readDatabaseHealth,
  storeLocation,
} from '@claviger/server';
import { type Finding, messageOf, objectsOf } from './findings.ts';

/** Difference of clocks from which a server is not ready, ms. */
const MAX_CLOCK_DIFFERENCE_MS = 60_000;

/** Compares the schema with that of this version. */
export function checkSchema({ migrations }: DatabaseSnapshot): Finding {
  const name = 'version';
  const unknown = migrations.find((migration, index) => MIGRATIONS[index]?.name !== migration);
  if (unknown !== undefined) {
    return {
      name,
      status: 'failed',
      message: `the database has the migration ${unknown}, which this version does not know`,
      remedy: 'use the version of Claviger that serves this database, or a newer one',
    };
  }
  const missing = MIGRATIONS.length - migrations.length;
  if (missing === 0) return { name, status: 'ok', message: `the schema is that of this version` };
  return {
    name,
    status: 'warning',
    message: `the database is of an earlier version: ${missing} migrations are missing`,
    remedy: 'see `claviger upgrade --check`; the start of this version applies them',
  };
}

/** Checks every page of SQLite, and what PostgreSQL knows of its own damage. */
export async function checkIntegrity(configuration: Configuration): Promise<Finding> {
  const name = 'integrity';
  const location = storeLocation(configuration);
  try {
    const problem =
      location.kind === 'sqlite' ? sqliteProblem(location.file) : await readDatabaseHealth(location.url);
    if (problem === undefined) return { name, status: 'ok', message: 'the database is intact' };
    return { name, status: 'failed', message: problem, remedy: RESTORE };
  } catch (error) {
    return { name, status: 'failed', message: messageOf(error), remedy: RESTORE };
  }
}

const RESTORE =
  'stop the servers, keep the damaged files, and restore the last backup with `claviger restore`';

function sqliteProblem(file: string): string | undefined {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare('PRAGMA integrity_check(1)').all();
    const result = String(rows[0]?.['integrity_check']);
    if (result !== 'ok') return `the file is damaged: ${result}`;
    const [broken] = database.prepare('PRAGMA foreign_key_check').all();
    return broken === undefined
      ? undefined
      : `rows of ${String(broken['table'])} refer to rows of ${String(broken['parent'])} that are not there`;
  } finally {
    database.close();
  }
}

/** Compares the clock with that of the database server, and with the last time that was recorded. */
export async function checkClock(configuration: Configuration, snapshot: DatabaseSnapshot): Promise<Finding> {
  const name = 'clock';
  const remedy = 'synchronise the clock of this machine (NTP), and that of the database server';
  const now = Date.now();
  const difference = snapshot.now === undefined ? 0 : Math.abs(snapshot.now - now);
  if (difference > MAX_CLOCK_DIFFERENCE_MS) {
    const message = `it differs from that of the database server by ${Math.round(difference / 1000)} seconds`;
    return { name, status: 'failed', message, remedy };
  }
  let latest = 0;
  for await (const row of objectsOf(snapshot, 'housekeeping_rounds')) {
    latest = Math.max(latest, Number(row['begun_at']));
  }
  if (latest > now + MAX_CLOCK_DIFFERENCE_MS) {
    const message = `it is behind the last round of housekeeping, ${new Date(latest).toISOString()}`;
    return { name, status: 'failed', message, remedy };
  }
  const compared = configuration.database === undefined ? 'recorded times' : 'the database server';
  return { name, status: 'ok', message: `agrees with ${compared}` };
}
