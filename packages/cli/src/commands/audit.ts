import { once } from 'node:events';
import { parseDuration } from '@claviger/guard/gateway';
import { type EventSelection, eventJson, type ReadEvent, readEvents } from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { withInstallation } from '../installation.ts';
import { InvalidValue } from '../invalid-value.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
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

/** Events of this long are read unless `--since` is given, in milliseconds. */
const DEFAULT_SPAN_MS = 7 * 86_400_000;
/** The longest age, a hundred years. */
const MAX_AGE = '36500d';

/** Adds `claviger audit`, which reads audit events from the database, also those without an account. */
export function addAudit(program: Command, terminal: Terminal): void {
  const command = program
    .command('audit')
    .summary('read audit events, also those without an account')
    .description(
      'Reads audit events from the database, oldest first; the server may be running. LookupEvents returns the events ' +
        'of one account; this command returns those of all accounts, and refused requests that belong to no account.',
    )
    .option(
      '--since <time>',
      'earliest time: 2026-11-24T08:00:00Z, or an age such as 90m, 24h, 7d (default: 7d)',
      parseTime,
    )
    .option('--until <time>', 'latest time, in the same forms (default: now)', parseTime)
    .option('--account <id>', 'only events of this account, 16 digits', parseAccountId)
    .option('--no-account', 'only events without an account: refused requests of unknown callers')
    .option('--event <name>', 'only events with this name, such as CreateAccessKey')
    .option('--key <access-key-id>', 'only events that name this AccessKey')
    .option('--json', 'print one JSON object per line, as LookupEvents returns it')
    .addHelpText(
      'after',
      '\nExamples:\n  npx claviger audit --data ./data --no-account --since 24h\n' +
        '  npx claviger audit --data ./data --key LTAI5tExampleExampleExam --json',
    );
  addServerFlags(command, DATA_SETTINGS).action((flags: AuditFlags) => {
    const now = Date.now();
    const until = flags.until?.(now) ?? now;
    const since = flags.since?.(now) ?? until - DEFAULT_SPAN_MS;
    if (since > until) throw new CommanderError(2, 'claviger.audit', '--since is later than --until');
    const selection: EventSelection = {
      since,
      until,
      accountId: flags.account === false ? '' : flags.account,
      eventName: flags.event,
      accessKeyId: flags.key,
    };
    return withInstallation(terminal, flags, async (services) => {
      for await (const event of readEvents(services.store.queries, selection)) {
        if (!(await writeLine(terminal, flags.json ? printable(eventJson(event)) : lineOf(event)))) break;
      }
    });
  });
}

/**
 * Writes a line, and waits while the output is slower than the database.
 *
 * @returns false when the output is closed, as in `claviger audit | head -1`
 */
async function writeLine({ out }: Terminal, line: string): Promise<boolean> {
  const isClosed = () => out.writableEnded || out.destroyed;
  if (!out.write(`${line}\n`) && !isClosed()) {
    // A failed write closes the output; `handleOutputErrors` reports errors other than a closed pipe.
    await Promise.race([once(out, 'drain'), once(out, 'close')]).catch(() => {});
  }
  return !isClosed();
}

/** Formats an event: time, account, name, result, user, AccessKey, source IP. */
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

/** Escapes control characters and changes of the writing direction: callers choose some texts in events. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Parses a time or an age. The result is a function, because an age depends on the current time. */
function parseTime(text: string): (now: number) => number {
  if (/^\d+[a-z]+$/.test(text)) {
    const age = parseDuration(text, { most: MAX_AGE });
    return (now) => now - age;
  }
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InvalidValue('time', text, 'a time such as 2026-11-24T08:00:00Z, or an age such as 24h');
  }
  return () => time;
}

function parseAccountId(text: string): string {
  if (!/^\d{16}$/.test(text)) throw new InvalidValue('account ID', text, '16 digits');
  return text;
}
