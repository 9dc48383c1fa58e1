import {
  type Configuration,
  copyDifferences,
  InstallationError,
  openCopy,
  openSnapshot,
  type StoreLocation,
  StoreUnavailable,
  storeLocation,
  takeNodeLock,
} from '@claviger/server';
import { type Command, CommanderError, Option } from 'commander';
import { BackupError } from '../backup/backup-error.ts';
import { Progress } from '../backup/progress.ts';
import { changeInstallation } from '../installation.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { print, printStatus, type Terminal } from '../terminal.ts';

type Kind = 'sqlite' | 'postgres';

interface MigrateFlags {
  readonly from: Kind;
  readonly to: Kind;
  readonly finish?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** Adds `claviger migrate`, which copies an installation to the other kind of database. */
export function addMigrate(program: Command, terminal: Terminal): void {
  const kinds: readonly Kind[] = ['sqlite', 'postgres'];
  const command = program
    .command('migrate')
    .summary('copy an installation from SQLite to PostgreSQL, or back')
    .description(
      'Copies all rows from the data directory (--data) to a PostgreSQL database (--database), or the reverse, and ' +
        'compares them row by row. Run it beside a running server first, as often as you like: each run writes what is ' +
        'different only, so an interrupted one is continued. Then stop the servers and run it with --finish: what was ' +
        'written meanwhile is copied, and servers can use the copy. Until then they refuse it.',
    )
    .addOption(new Option('--from <kind>', 'database to copy').choices(kinds).makeOptionMandatory())
    .addOption(new Option('--to <kind>', 'database to fill').choices(kinds).makeOptionMandatory())
    .option('--finish', 'complete the copy; refused while a server uses the source')
    .option('--restart', 'empty the unfinished copy first')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  CLAVIGER_DATABASE=postgres://… npx claviger migrate --from sqlite --to postgres --data ./data\n' +
        '  CLAVIGER_DATABASE=postgres://… npx claviger migrate --from sqlite --to postgres --data ./data --finish',
    );
  addServerFlags(command, DATA_SETTINGS).action(async (flags: MigrateFlags) => {
    const configuration = configurationOf(terminal, { ...flags });
    if (flags.from === flags.to) {
      throw new CommanderError(2, 'claviger.migrate', '--from and --to name the same kind of database');
    }
    if (configuration.database === undefined) {
      throw new CommanderError(2, 'claviger.migrate', 'give the PostgreSQL database with CLAVIGER_DATABASE');
    }
    const locations = {
      sqlite: storeLocation({ ...configuration, database: undefined }),
      postgres: storeLocation(configuration),
    };
    const lock = flags.finish ? await lockSource(locations[flags.from]) : undefined;
    try {
      const counts = await copy(terminal, locations[flags.from], locations[flags.to], flags);
      if (flags.finish) await record(terminal, configuration, flags);
      report(terminal, flags, counts);
    } finally {
      await lock?.release();
    }
  });
}

interface Counts {
  readonly rows: number;
  readonly written: number;
  readonly removed: number;
}

async function copy(
  terminal: Terminal,
  from: StoreLocation,
  to: StoreLocation,
  { finish, restart }: MigrateFlags,
): Promise<Counts> {
  const source = await openSnapshot(from);
  try {
    if (!source.tables.some(({ name }) => name === 'accounts')) {
      throw new InstallationError('there is no installation to copy: the source has no tables of Claviger');
    }
    const { migrations } = source;
    const target = await openCopy(to, { migrations, now: Date.now(), isAtomic: false });
    try {
      if (restart) for (const table of [...target.tables].reverse()) await target.clear(table);
      const copying = new Progress(terminal, 'rows compared and copied');
      const counts = await comparing(to, (present) =>
        copyDifferences(source, present, target, ({ compared }) => copying.note(compared)),
      );
      const checking = new Progress(terminal, 'rows verified');
      const left = await comparing(to, (present) =>
        copyDifferences(source, present, undefined, ({ compared }) => checking.note(compared)),
      );
      if (left.written + left.removed > 0) {
        throw new BackupError(
          `${left.written + left.removed} rows of the copy differ from the source: run it again with --restart`,
        );
      }
      if (finish) await target.finish(Date.now());
      return { rows: left.compared, written: counts.written, removed: counts.removed };
    } catch (error) {
      if (error instanceof BackupError || error instanceof StoreUnavailable) throw error;
      // Such as two names that were exchanged since the last run.
      throw new BackupError('the copy stopped at a row: run it again with --restart', error);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function comparing<T>(
  location: StoreLocation,
  work: (present: Awaited<ReturnType<typeof openSnapshot>>) => Promise<T>,
): Promise<T> {
  const present = await openSnapshot(location);
  try {
    return await work(present);
  } finally {
    await present.close();
  }
}

/** @throws BackupError while a server uses the source */
async function lockSource(location: StoreLocation) {
  try {
    return await takeNodeLock(location, { sharesNonces: false, whenTaken: 'refuse', log: () => {} });
  } catch (error) {
    if (!(error instanceof StoreUnavailable) || error.cause !== undefined) throw error;
    throw new BackupError(
      'a server uses the source: stop it, then run this again; the copy was not finished',
    );
  }
}

function record(
  terminal: Terminal,
  { data, database, masterKeyProvider, vaultAddress, vaultKey }: Configuration,
  { from, to }: MigrateFlags,
): Promise<void> {
  const options = {
    data,
    masterKeyProvider,
    vaultAddress,
    vaultKey,
    ...(to === 'postgres' && { database }),
  };
  const environment = { ...terminal.environment };
  if (to === 'sqlite') delete environment['CLAVIGER_DATABASE'];
  return changeInstallation({ ...terminal, environment }, options, {
    name: 'MigrateDatabase',
    parameters: { From: from, To: to },
  });
}

function report(terminal: Terminal, flags: MigrateFlags, counts: Counts): void {
  const { rows, written, removed } = counts;
  if (flags.json) {
    print(
      terminal,
      JSON.stringify({ Rows: rows, Written: written, Removed: removed, Finished: flags.finish === true }),
    );
    return;
  }
  print(terminal, `${rows} rows are equal in both databases; ${written} were written, ${removed} removed.`);
  printStatus(
    terminal,
    flags.finish
      ? 'The copy is complete. Start the servers on it, and none on the old database.'
      : 'The copy is not finished: stop the servers, and run this again with --finish.',
  );
}
