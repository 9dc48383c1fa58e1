import { setTimeout as delay } from 'node:timers/promises';
import {
  checkpointText,
  eventJson,
  linesOf,
  nextCheckpoint,
  type ReadEvent,
  RecordFollower,
} from '@claviger/server';
import type { Command } from 'commander';
import { withInstallation } from '../installation.ts';
import { InvalidValue } from '../invalid-value.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
import { printStatus, type Terminal } from '../terminal.ts';
import { lineOf, parseAccountId, printable, writeLine } from './audit-lines.ts';

/** Interval at which new records are looked for, ms. */
const POLL_MS = 250;

interface TailFlags {
  readonly follow?: boolean;
  readonly lines: number;
  readonly account?: string;
  readonly event?: string;
  readonly json?: boolean;
}

/** Adds `claviger audit tail`, which prints the newest events and follows the log. */
export function addAuditTail(audit: Command, terminal: Terminal): void {
  const command = audit
    .command('tail')
    .summary('print the newest audit events, and follow new ones')
    .description(
      'Prints the newest audit events of all accounts, and with -f each new one, in the order of its commit.',
    )
    .option('-f, --follow', 'go on with new events until it is interrupted')
    .option('-n, --lines <number>', 'number of events before the present', parseNumber, 10)
    .option('--account <id>', 'only events of this account, 16 digits', parseAccountId)
    .option('--event <name>', 'only events with this name, such as CreateAccessKey')
    .option('--json', 'print one JSON object per line, as LookupEvents returns it')
    .addHelpText(
      'after',
      '\nExamples:\n  npx claviger audit tail --data ./data -n 50\n' +
        '  npx claviger audit tail -f --data ./data --event CreateAccessKey --json',
    );
  addServerFlags(command, DATA_SETTINGS).action((flags: TailFlags) =>
    withInstallation(terminal, flags, async ({ store }) => {
      const isWanted = (event: ReadEvent) =>
        (flags.account === undefined || event.account_id === flags.account) &&
        (flags.event === undefined || event.event_name === flags.event);
      const write = async (events: readonly ReadEvent[]) => {
        for (const event of events.filter(isWanted)) {
          if (!(await writeLine(terminal, flags.json ? printable(eventJson(event)) : lineOf(event))))
            return false;
        }
        return !terminal.out.destroyed;
      };
      const follower = new RecordFollower(store.queries);
      let isOpen = await write(await follower.begin(flags.lines));
      const interrupted = new AbortController();
      const interrupt = () => interrupted.abort();
      process.once('SIGINT', interrupt);
      process.once('SIGTERM', interrupt);
      try {
        while (flags.follow && isOpen && !interrupted.signal.aborted) {
          isOpen = await write(await follower.next());
          await delay(POLL_MS, undefined, { signal: interrupted.signal }).catch(() => {});
        }
      } finally {
        process.off('SIGINT', interrupt);
        process.off('SIGTERM', interrupt);
      }
    }),
  );
}

/** Adds `claviger audit export`, which prints chained records with their checkpoints. */
export function addAuditExport(audit: Command, terminal: Terminal): void {
  const command = audit
    .command('export')
    .summary('print all chained audit events with their checkpoints, as JSON lines')
    .description(
      'Prints JSON lines in the order of the chain: events as LookupEvents returns them, and after those of a ' +
        'checkpoint its signed statement. A kept export finds a log that was cut off: `audit verify --checkpoint FILE`.',
    )
    .option('--after <number>', 'only checkpoints after this number, to continue an export', parseNumber, 0)
    .addHelpText('after', '\nExample:\n  npx claviger audit export --data ./data > audit.jsonl');
  addServerFlags(command, DATA_SETTINGS).action((flags: { readonly after: number }) =>
    withInstallation(terminal, flags, async ({ store }) => {
      let number = flags.after;
      let records = 0;
      for (;;) {
        const next = await nextCheckpoint(store.queries, number);
        if (next === undefined) break;
        number = next.checkpoint.number;
        records += next.records.length;
        if (!(await writeLine(terminal, linesOf(checkpointText(next)).trimEnd()))) return;
      }
      printStatus(terminal, `${records} events up to checkpoint ${number}`);
    }),
  );
}

function parseNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidValue('number', text, 'a whole number');
  return Number(text);
}
