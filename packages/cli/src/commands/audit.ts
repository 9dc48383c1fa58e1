import { once } from 'node:events';
import { type EventSelection, type ReadEvent, readEvents } from '@claviger/server';
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, dataSettings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface AuditFlags {
  readonly since?: (now: number) => number;
  readonly until?: (now: number) => number;
  /** False for `--no-account`. */
  readonly account?: string | false;
  readonly event?: string;
  readonly key?: string;
  readonly json?: boolean;
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const usualSpanMs = 7 * 86_400_000;

/** `claviger audit`: reads audit events beside the database, those of no account as well. */
export function addAudit(program: Command, terminal: Terminal): void {
  const command = program
    .command('audit')
    .summary('read audit events, those without an account as well')
    .description(
      'Reads audit events from the database, the oldest first, beside a running server as well. LookupEvents shows an ' +
        'account its own events; this shows those of every account, and refused requests that belong to no account.',
    )
    .option(
      '--since <time>',
      'from this time on: 2026-11-24T08:00:00Z, or an age such as 90m, 24h, 7d (default: 7d)',
      parseTime,
    )
    .option('--until <time>', 'up to this time, in the same forms (default: now)', parseTime)
    .option('--account <id>', 'only events of this account, 16 digits', parseAccountId)
    .option('--no-account', 'only events without an account: refused requests of unknown senders')
    .option('--event <name>', 'only events of this name, such as CreateAccessKey')
    .option('--key <access-key-id>', 'only events that name this AccessKey')
    .option('--json', 'print one JSON object a line: the event as LookupEvents shows it')
    .addHelpText(
      'after',
      '\nExamples:\n  npx claviger audit --data ./data --no-account --since 24h\n' +
        '  npx claviger audit --data ./data --key LTAI5tExampleExampleExam --json',
    );
  addSettings(command, dataSettings).action((flags: AuditFlags) => {
    const now = Date.now();
    const until = flags.until?.(now) ?? now;
    const since = flags.since?.(now) ?? until - usualSpanMs;
    if (since > until) throw new CommanderError(2, 'claviger.audit', '--since is later than --until');
    const selection: EventSelection = {
      since,
      until,
      accountId: flags.account === false ? '' : flags.account,
      eventName: flags.event,
      accessKeyId: flags.key,
    };
    return withServices(terminal, flags, async (services) => {
      for await (const event of readEvents(services.store.queries, selection)) {
        if (!(await write(terminal, flags.json ? printable(event.event) : lineOf(event)))) break;
      }
    });
  });
}

/**
 * Writes a line, and waits while the reader of the output is slower than the database.
 *
 * @returns false when the reader has gone, as in `claviger audit | head -1`
 */
async function write({ out }: Terminal, line: string): Promise<boolean> {
  const gone = () => out.writableEnded || out.destroyed;
  if (!out.write(`${line}\n`) && !gone()) {
    // A failed write closes the output; `surviveLostReaders` reports other errors than a lost reader.
    await Promise.race([once(out, 'drain'), once(out, 'close')]).catch(() => {});
  }
  return !gone();
}

/** An event in a line: time, account, name, outcome, who, from where. */
function lineOf(event: ReadEvent): string {
  const cells = [
    new Date(event.event_time).toISOString(),
    (event.account_id === '' ? '-' : event.account_id).padEnd(16),
    event.event_name === '' ? '-' : event.event_name,
    event.error_code === '' ? 'ok' : event.error_code,
    event.user_name === '' ? '-' : event.user_name,
    event.access_key_id === '' ? '-' : event.access_key_id,
    event.source_ip === '' ? '-' : event.source_ip,
  ];
  return printable(cells.join('  '));
}

/** What senders chose is in the events: control characters and changes of the writing direction are escaped. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A time, or how long ago: known once it is known when now is. */
function parseTime(text: string): (now: number) => number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return (now) => now - Number(count) * (unitMs[unit] ?? 0);
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError('expected a time such as 2026-11-24T08:00:00Z, or an age such as 24h.');
  }
  return () => time;
}

function parseAccountId(text: string): string {
  if (!/^\d{16}$/.test(text)) throw new InvalidArgumentError('expected 16 digits.');
  return text;
}
