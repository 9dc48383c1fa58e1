import { createReadStream, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import {
  assertKnownMigrations,
  type Configuration,
  type DatabaseCopy,
  InstallationError,
  masterKeyFile,
  openCopy,
  openMasterKey,
  openSnapshot,
  type StoreLocation,
  storeLocation,
} from '@claviger/server';
import type { Command } from 'commander';
import { BackupError } from '../backup/backup-error.ts';
import { type BackupHeader, readBackupLines } from '../backup/backup-format.ts';
import { withBackupFile } from '../backup/destination.ts';
import { type BackupKeys, decrypt, PASSPHRASE_VARIABLE, readBackupKeys } from '../backup/encryption.ts';
import { Progress } from '../backup/progress.ts';
import { changeInstallation } from '../installation.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { print, type Terminal } from '../terminal.ts';

interface RestoreFlags {
  readonly input: string;
  readonly identity?: readonly string[];
  readonly dryRun?: boolean;
  readonly s3Endpoint?: string;
  readonly json?: boolean;
}

/** Tables that are not restored: a session that ended since the backup must not be open again. */
const ENDED: ReadonlySet<string> = new Set(['console_sessions', 'mfa_tickets']);

/** What a backup holds, as the first reading has found it. */
interface CheckedBackup {
  readonly header: BackupHeader;
  readonly rows: number;
  readonly accounts: number;
}

/** Adds `claviger restore`, which creates an installation from a backup. */
export function addRestore(program: Command, terminal: Terminal): void {
  const command = program
    .command('restore')
    .summary('create an installation from a backup')
    .description(
      'Reads a backup twice: first all of it is checked, with the master key, then it is written to an empty data ' +
        'directory or an empty PostgreSQL database, whichever the backup was made from. An existing installation is ' +
        'not changed. Console sessions end; keys, users and the audit log are as they were at the time of the backup: ' +
        'what was revoked later has to be revoked again.',
    )
    .requiredOption('--input <place>', 'file, or s3://bucket/key')
    .option(
      '--identity <file>',
      `key file of age-keygen; else the passphrase in ${PASSPHRASE_VARIABLE}`,
      collect,
    )
    .option('--dry-run', 'check the backup and the target, and write nothing')
    .option('--s3-endpoint <url>', 'as for `claviger backup`')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `\nExamples:\n  ${PASSPHRASE_VARIABLE}=… npx claviger restore --data ./restored --input ./claviger.age --dry-run\n` +
        '  npx claviger restore --data ./restored --input s3://backups/claviger/claviger-20261201T040000Z.age --identity ./backup.key',
    );
  addServerFlags(command, DATA_SETTINGS).action(async (flags: RestoreFlags) => {
    const configuration = configurationOf(terminal, { ...flags });
    const keys = readBackupKeys(flags.identity ?? [], terminal.environment);
    const settings = { endpoint: flags.s3Endpoint, environment: terminal.environment };
    await withBackupFile(flags.input, settings, async (file) => {
      if (!existsSync(file)) throw new BackupError(`there is no backup ${file}`);
      await assertNotInstalled(configuration);
      const checked = await checkBackup(terminal, configuration, file, keys);
      if (!flags.dryRun) {
        await writeBackup(terminal, configuration, file, keys, checked);
        await record(terminal, flags, checked.header);
      }
      report(terminal, flags, configuration, checked);
    });
  });
}

/** Reads all of a backup, and opens the data key of each account. @throws BackupError */
async function checkBackup(
  terminal: Terminal,
  configuration: Configuration,
  file: string,
  keys: BackupKeys,
): Promise<CheckedBackup> {
  const progress = new Progress(terminal, 'rows checked');
  const wrapped = new Map<string, string>();
  let header: BackupHeader | undefined;
  let rows = 0;
  for await (const portion of readBackup(file, keys, (read) => {
    header = read;
    assertKnownMigrations(read.migrations);
  })) {
    rows += portion.rows.length;
    progress.note(rows);
    if (portion.table !== 'accounts') continue;
    const columns = header?.tables['accounts'] ?? [];
    for (const row of portion.rows) {
      wrapped.set(
        String(row[columns.indexOf('account_id')]),
        String(row[columns.indexOf('wrapped_data_key')]),
      );
    }
  }
  if (header === undefined) throw new BackupError('the backup is empty');
  const masterKey = masterKeyFor(configuration, header);
  for (const [accountId, text] of wrapped) {
    try {
      (await masterKey.unwrap(text, accountId)).fill(0);
    } catch (error) {
      throw new BackupError(
        `the master key does not open the data of account ${accountId}: give the key that was in use at the time of the backup`,
        error,
      );
    }
  }
  return { header, rows, accounts: wrapped.size };
}

/** Returns the key of the backup, or the configured one. @throws BackupError, MasterKeyUnavailable */
function masterKeyFor(configuration: Configuration, { masterKey }: BackupHeader) {
  const keyFile = masterKeyFile(configuration.data);
  if (masterKey === undefined) {
    if (configuration.masterKeyProvider === 'file' && !existsSync(keyFile)) {
      throw new BackupError(
        `the backup is without the master key: put the key file at ${keyFile} (mode 0600) first, or configure the provider that has it`,
      );
    }
    return openMasterKey(configuration);
  }
  if (configuration.masterKeyProvider !== 'file') return openMasterKey(configuration);
  if (existsSync(keyFile) && readFileSync(keyFile, 'latin1') !== masterKey) {
    throw new BackupError(`${keyFile} has another master key than the backup; nothing was changed`);
  }
  const keys = masterKey.split('\n').filter(Boolean).join(',');
  return openMasterKey({ ...configuration, masterKeyProvider: 'environment', masterKey: keys });
}

async function writeBackup(
  terminal: Terminal,
  configuration: Configuration,
  file: string,
  keys: BackupKeys,
  { header }: CheckedBackup,
): Promise<void> {
  await mkdir(configuration.data, { recursive: true, mode: 0o700 });
  const location = storeLocation(configuration);
  const target: StoreLocation =
    location.kind === 'sqlite' ? { kind: 'sqlite', file: `${location.file}.restoring` } : location;
  removeUnfinished(target);
  const copy = await openCopy(target, { migrations: header.migrations, now: Date.now(), isAtomic: true });
  try {
    await writeRows(terminal, file, keys, header, copy);
    await copy.finish(Date.now());
  } finally {
    await copy.close();
  }
  const keyFile = masterKeyFile(configuration.data);
  if (header.masterKey !== undefined && configuration.masterKeyProvider === 'file' && !existsSync(keyFile)) {
    writeFileSync(keyFile, header.masterKey, { mode: 0o600, flag: 'wx', flush: true });
  }
  if (target.kind === 'sqlite' && location.kind === 'sqlite') renameSync(target.file, location.file);
}

async function writeRows(
  terminal: Terminal,
  file: string,
  keys: BackupKeys,
  header: BackupHeader,
  copy: DatabaseCopy,
): Promise<void> {
  const progress = new Progress(terminal, 'rows restored');
  const tables = new Map(copy.tables.map((table) => [table.name, table]));
  const begun = new Set<string>();
  let rows = 0;
  for await (const portion of readBackup(file, keys, () => {})) {
    if (ENDED.has(portion.table)) continue;
    const names = header.tables[portion.table] ?? [];
    const known = tables.get(portion.table);
    const columns = names.map((name) => known?.columns.find((column) => column.name === name));
    if (known === undefined || columns.some((column) => column === undefined)) {
      throw new BackupError(
        `the backup has a table or column that its migrations do not make: ${portion.table}`,
      );
    }
    const table = { ...known, columns: columns as typeof known.columns };
    // Triggers have filled tables of counts meanwhile.
    if (!begun.has(portion.table)) await copy.clear(table);
    begun.add(portion.table);
    await copy.put(table, portion.rows);
    rows += portion.rows.length;
    progress.note(rows);
  }
}

async function* readBackup(file: string, keys: BackupKeys, noteHeader: (header: BackupHeader) => void) {
  yield* readBackupLines(await decrypt(createReadStream(file), keys), noteHeader);
}

function removeUnfinished(target: StoreLocation): void {
  if (target.kind !== 'sqlite') return;
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${target.file}${suffix}`, { force: true });
}

/** @throws InstallationError, BackupError */
async function assertNotInstalled(configuration: Configuration): Promise<void> {
  const location = storeLocation(configuration);
  if (location.kind === 'sqlite') {
    if (!existsSync(location.file)) return;
    throw new InstallationError(
      `there is an installation in ${configuration.data} already: restore to another directory, or move it away; nothing was changed`,
    );
  }
  const snapshot = await openSnapshot(location);
  try {
    const accounts = snapshot.tables.find(({ name }) => name === 'accounts');
    if (accounts === undefined || (await snapshot.count(accounts)) === 0) return;
  } finally {
    await snapshot.close();
  }
  throw new InstallationError('there is an installation in that database already; nothing was changed');
}

function record(terminal: Terminal, flags: RestoreFlags, header: BackupHeader): Promise<void> {
  const parameters = { BackupTime: new Date(header.createdAt).toISOString(), Release: header.release };
  return changeInstallation(terminal, flags, { name: 'RestoreBackup', parameters });
}

function report(
  terminal: Terminal,
  { dryRun, json }: RestoreFlags,
  { data, database }: Configuration,
  { header, rows, accounts }: CheckedBackup,
): void {
  const created = new Date(header.createdAt).toISOString();
  if (json) {
    print(
      terminal,
      JSON.stringify({
        Restored: dryRun !== true,
        CreatedAt: created,
        Release: header.release,
        Database: header.database,
        Accounts: accounts,
        Rows: rows,
        MasterKey: header.masterKey === undefined ? 'not included' : 'included',
      }),
    );
    return;
  }
  const what = `backup of ${created} by Claviger ${header.release} (${header.database}): ${accounts} account${accounts === 1 ? '' : 's'}, ${rows} rows`;
  print(
    terminal,
    dryRun
      ? `The ${what}. It is complete, and the master key opens it. Nothing was written.`
      : `Restored the ${what}. Start it with \`claviger serve\` on the same data.`,
  );
  if (!dryRun) {
    print(
      terminal,
      `Console sessions have ended. Revoke again what was revoked after the backup${database === undefined ? `; ${data} has the data` : ''}.`,
    );
  }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
