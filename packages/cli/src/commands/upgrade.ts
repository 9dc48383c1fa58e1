import { type DatabaseSnapshot, MIGRATIONS, openSnapshot, storeLocation } from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { checkSchema } from '../doctor/database-findings.ts';
import { packageVersion } from '../package-version.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { exitWith, print, type Terminal } from '../terminal.ts';

/** Adds `claviger upgrade --check`, which says what the start of this version would change. */
export function addUpgrade(program: Command, terminal: Terminal): void {
  const command = program
    .command('upgrade')
    .summary('say what the start of this version changes in the database')
    .description(
      'Compares the schema of the database with that of this version, and changes nothing. The upgrade itself is the ' +
        'start of the new version: migrations run once, under a lock. Whether nodes of the version before may go on ' +
        'meanwhile, its CHANGELOG says under "Upgrade". Exit code 1 if this version cannot serve the database.',
    )
    .option('--check', 'required')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx claviger upgrade --check --data ./data');
  addServerFlags(command, DATA_SETTINGS).action(
    async (flags: { readonly check?: boolean; readonly json?: boolean }) => {
      if (!flags.check) {
        throw new CommanderError(
          2,
          'claviger.upgrade',
          'give --check: the upgrade itself is the start of the new version with `claviger serve`',
        );
      }
      const snapshot = await openSnapshot(storeLocation(configurationOf(terminal, { ...flags })));
      try {
        report(terminal, snapshot, flags.json === true);
      } finally {
        await snapshot.close();
      }
    },
  );
}

function report(terminal: Terminal, snapshot: DatabaseSnapshot, isJson: boolean): void {
  const { status, message, remedy } = checkSchema(snapshot);
  const pending =
    status === 'failed' ? [] : MIGRATIONS.slice(snapshot.migrations.length).map(({ name }) => name);
  if (isJson) {
    print(
      terminal,
      JSON.stringify({
        Release: packageVersion(),
        CanServe: status !== 'failed',
        Pending: pending,
        Message: message,
      }),
    );
  } else {
    print(terminal, `Claviger ${packageVersion()}: ${message}.`);
    for (const name of pending) print(terminal, `  ${name}`);
    if (pending.length > 0) {
      print(
        terminal,
        'Read "Upgrade" in the CHANGELOG, back up with the version that serves now, then start one node of this version.',
      );
    }
    if (status === 'failed') print(terminal, remedy ?? '');
  }
  if (status === 'failed') throw exitWith(1);
}
