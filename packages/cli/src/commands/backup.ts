import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import {
  assertKnownMigrations,
  type Configuration,
  type DatabaseSnapshot,
  MIGRATIONS,
  masterKeyFile,
  noteBackup,
  openSnapshot,
  storeLocation,
} from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { BackupError } from '../backup/backup-error.ts';
import { backupLines } from '../backup/backup-format.ts';
import { openDestination } from '../backup/destination.ts';
import {
  type BackupEncryption,
  chooseEncryption,
  encrypt,
  PASSPHRASE_VARIABLE,
} from '../backup/encryption.ts';
import { Progress } from '../backup/progress.ts';
import { changeInstallation } from '../installation.ts';
import { InvalidValue } from '../invalid-value.ts';
import { packageVersion } from '../package-version.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { print, printStatus, type Terminal } from '../terminal.ts';

interface BackupFlags {
  readonly output: string;
  readonly recipient?: readonly string[];
  readonly includeMasterKey?: boolean;
  readonly keep?: number;
  readonly s3Endpoint?: string;
  readonly json?: boolean;
}

/** Adds `claviger backup`, which writes an encrypted, consistent copy of the data beside a running server. */
export function addBackup(program: Command, terminal: Terminal): void {
  const command = program
    .command('backup')
    .summary('write an encrypted backup, beside a running server')
    .description(
      'Writes the data of one moment, compressed and encrypted in the format of age, to a file, a folder or an ' +
        'S3-compatible storage. Servers may be running; no write waits for it. A backup of SQLite can be restored ' +
        `in PostgreSQL, and the reverse. Encrypts for --recipient, or with the passphrase in ${PASSPHRASE_VARIABLE}. ` +
        'Without the master key no secret in a backup opens: store that key elsewhere.',
    )
    .requiredOption(
      '--output <place>',
      'new file; folder, if it is one or ends in /; or s3://bucket/prefix (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION)',
    )
    .option('--recipient <key>', 'public key of age-keygen, age1…; may be repeated', collect)
    .option('--include-master-key', 'put the master key into the backup: who opens it has every secret')
    .option(
      '--keep <number>',
      'keep this many backups in the folder or bucket, and remove older ones',
      parseCount,
    )
    .option(
      '--s3-endpoint <url>',
      'of the storage, such as https://{bucket}.oss-cn-hangzhou.aliyuncs.com or http://127.0.0.1:9000',
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `\nExamples:\n  ${PASSPHRASE_VARIABLE}=… npx claviger backup --data ./data --output ./claviger.age\n` +
        '  npx claviger backup --data ./data --recipient age1… --output /var/backups/claviger/ --keep 14\n' +
        '  npx claviger backup --data ./data --recipient age1… --output s3://backups/claviger --keep 30',
    );
  addServerFlags(command, DATA_SETTINGS).action(async (flags: BackupFlags) => {
    const configuration = configurationOf(terminal, { ...flags });
    const encryption = chooseEncryption(flags.recipient ?? [], terminal.environment);
    const masterKey = flags.includeMasterKey ? masterKeyText(configuration) : undefined;
    const settings = { endpoint: flags.s3Endpoint, environment: terminal.environment };
    const createdAt = Date.now();
    const destination = openDestination(flags.output, createdAt, settings);
    if (flags.keep !== undefined && destination.kind === 'file') {
      throw new CommanderError(2, 'claviger.backup', '--keep needs a folder or an s3:// address as --output');
    }
    let rows = 0;
    const snapshot = await openSnapshot(storeLocation(configuration));
    let bytes: number;
    try {
      assertCurrentSchema(snapshot);
      const progress = new Progress(terminal, 'rows written');
      const header = { createdAt, release: packageVersion(), ...(masterKey !== undefined && { masterKey }) };
      const lines = backupLines(snapshot, header, (count) => {
        rows = count;
        progress.note(count);
      });
      bytes = await destination.write(await encrypt(Readable.from(lines), encryption));
    } finally {
      await snapshot.close();
    }
    await record(terminal, flags, { createdAt, rows, bytes, destination: destination.kind, encryption });
    const removed = flags.keep === undefined ? 0 : await destination.keepNewest(flags.keep);
    if (flags.json) {
      print(
        terminal,
        JSON.stringify({
          Backup: destination.address,
          CreatedAt: new Date(createdAt).toISOString(),
          Rows: rows,
          Bytes: bytes,
          MasterKey: masterKey === undefined ? 'not included' : 'included',
          Removed: removed,
        }),
      );
      return;
    }
    print(terminal, `${destination.address}: ${rows} rows, ${bytes} bytes, encrypted.`);
    if (removed > 0) print(terminal, `${removed} older backup${removed === 1 ? ' was' : 's were'} removed.`);
    printStatus(
      terminal,
      masterKey === undefined
        ? 'The master key is not included: keep a copy of it elsewhere, or no secret in this backup opens.'
        : 'The master key is included: who opens this backup has every secret.',
    );
  });
}

/** @throws BackupError for a database of another version, which this one would change by opening it */
function assertCurrentSchema({ migrations, tables }: DatabaseSnapshot): void {
  assertKnownMigrations(migrations);
  if (!tables.some(({ name }) => name === 'accounts')) {
    throw new BackupError('there is no installation to back up: the database has no tables of Claviger');
  }
  if (migrations.length < MIGRATIONS.length) {
    throw new BackupError(
      'the database has the schema of an earlier version: back it up with that version, then start this one',
    );
  }
}

function masterKeyText(configuration: Configuration): string {
  switch (configuration.masterKeyProvider) {
    case 'file':
      return readFileSync(masterKeyFile(configuration.data), 'latin1');
    case 'environment':
      return (configuration.masterKey ?? '')
        .split(',')
        .map((key) => `${key.trim()}\n`)
        .join('');
    case 'vault':
      throw new BackupError('--include-master-key: a key in Vault stays there; back up Vault itself');
  }
}

/** Writes the audit events of the backup, and notes it for `claviger doctor`. */
function record(
  terminal: Terminal,
  flags: BackupFlags,
  backup: {
    readonly createdAt: number;
    readonly rows: number;
    readonly bytes: number;
    readonly destination: 'file' | 'folder' | 's3';
    readonly encryption: BackupEncryption;
  },
): Promise<void> {
  const includesMasterKey = flags.includeMasterKey === true;
  const parameters = {
    Destination: backup.destination,
    Encryption: 'recipients' in backup.encryption ? 'public key' : 'passphrase',
    MasterKey: includesMasterKey ? 'included' : 'not included',
  };
  return changeInstallation(terminal, flags, { name: 'CreateBackup', parameters }, ({ transaction, now }) =>
    noteBackup(transaction.queries, {
      backup_id: randomUUID(),
      began_at: backup.createdAt,
      completed_at: now,
      destination: backup.destination,
      row_count: backup.rows,
      byte_count: backup.bytes,
      includes_master_key: includesMasterKey ? 1 : 0,
    }),
  );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidValue('number', text, '1 to 99999');
  return Number(text);
}
