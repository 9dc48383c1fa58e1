import {
  type Configuration,
  type DatabaseSnapshot,
  openMasterKey,
  openSnapshot,
  storeLocation,
  type TableShape,
} from '@claviger/server';
import { checkClock, checkIntegrity, checkSchema } from './database-findings.ts';
import {
  checkCertificate,
  checkDisk,
  checkModes,
  checkRedis,
  checkWriteAheadLog,
} from './machine-findings.ts';

/** Result of a check. */
export interface Finding {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly message: string;
  /** What to do; absent for `ok`. */
  readonly remedy?: string;
}

/** Age of the last backup from which there is a warning, ms: a day and some hours. */
const MAX_BACKUP_AGE_MS = 26 * 60 * 60 * 1000;

/** Yields the results of all checks, each as soon as it is known. Checks without an object, such as Redis, are left out. */
export async function* findings(configuration: Configuration): AsyncGenerator<Finding> {
  let snapshot: DatabaseSnapshot | undefined;
  try {
    snapshot = await openSnapshot(storeLocation(configuration));
    const installation = await checkInstallation(configuration, snapshot);
    yield installation;
    if (installation.status === 'ok') {
      yield checkSchema(snapshot);
      yield await checkIntegrity(configuration);
      yield await checkMasterKey(configuration, snapshot);
      yield await checkClock(configuration, snapshot);
      yield await checkBackup(snapshot);
    }
  } catch (error) {
    yield {
      name: 'database',
      status: 'failed',
      message: messageOf(error),
      remedy: 'make the database available, or give --data or CLAVIGER_DATABASE of the server',
    };
  } finally {
    await snapshot?.close().catch(() => {});
  }
  yield checkModes(configuration);
  yield* present(checkWriteAheadLog(configuration));
  yield checkDisk(configuration);
  yield* present(checkCertificate(configuration));
  yield* present(await checkRedis(configuration));
}

function* present(finding: Finding | undefined): Generator<Finding> {
  if (finding !== undefined) yield finding;
}

/** Returns the message of an error and of its cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function checkInstallation(
  { data, database }: Configuration,
  snapshot: DatabaseSnapshot,
): Promise<Finding> {
  const accounts = snapshot.tables.find(({ name }) => name === 'accounts');
  const count = accounts === undefined ? 0 : await snapshot.count(accounts);
  const where = database === undefined ? data : 'PostgreSQL';
  if (count > 0)
    return {
      name: 'installation',
      status: 'ok',
      message: `${count} account${count === 1 ? '' : 's'} in ${where}`,
    };
  return {
    name: 'installation',
    status: 'failed',
    message: `there is no installation in ${where}`,
    remedy: 'create one with `claviger init`, or give --data or CLAVIGER_DATABASE of the server',
  };
}

async function checkMasterKey(configuration: Configuration, snapshot: DatabaseSnapshot): Promise<Finding> {
  const name = 'master key';
  try {
    const masterKey = openMasterKey(configuration);
    let count = 0;
    for await (const row of objectsOf(snapshot, 'accounts')) {
      (await masterKey.unwrap(String(row['wrapped_data_key']), String(row['account_id']))).fill(0);
      count += 1;
    }
    return {
      name,
      status: 'ok',
      message: `opens the data keys of ${count} account${count === 1 ? '' : 's'}`,
    };
  } catch (error) {
    return {
      name,
      status: 'failed',
      message: messageOf(error),
      remedy: 'configure the master key that was in use when the accounts were created, or last rotated',
    };
  }
}

async function checkBackup(snapshot: DatabaseSnapshot): Promise<Finding> {
  const name = 'backup';
  let last = 0;
  for await (const row of objectsOf(snapshot, 'backups')) last = Math.max(last, Number(row['began_at']));
  const age = Date.now() - last;
  if (last > 0 && age <= MAX_BACKUP_AGE_MS) {
    return { name, status: 'ok', message: `the last one is of ${new Date(last).toISOString()}` };
  }
  return {
    name,
    status: 'warning',
    message:
      last === 0
        ? 'none was made by `claviger backup`'
        : `the last one is of ${new Date(last).toISOString()}`,
    remedy: 'run `claviger backup` every day, and `claviger restore --dry-run` on what it writes',
  };
}

/** Yields the rows of a table as objects; none for a table that the database does not have yet. */
export async function* objectsOf(
  snapshot: DatabaseSnapshot,
  name: string,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const table: TableShape | undefined = snapshot.tables.find((each) => each.name === name);
  if (table === undefined) return;
  for await (const rows of snapshot.rows(table)) {
    for (const row of rows) {
      yield Object.fromEntries(table.columns.map((column, index) => [column.name, row[index]]));
    }
  }
}
