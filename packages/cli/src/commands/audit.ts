import { type EventSelection, eventJson, readEvents } from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { withInstallation } from '../installation.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
import type { Terminal } from '../terminal.ts';
import { addAuditExport, addAuditTail } from './audit-follow.ts';
import { lineOf, parseAccountId, parseTime, printable, writeLine } from './audit-lines.ts';
import { addAuditResend } from './audit-resend.ts';
import { addAuditPublicKey, addAuditVerify } from './audit-verify.ts';

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

/** Adds `claviger audit`, which reads audit events from the database and verifies them. */
export function addAudit(program: Command, terminal: Terminal): void {
  const command = program
    .command('audit')
    .summary('read, follow, export, verify and send audit events')
    .description(
      'Reads audit events from the database, oldest first; the server may be running. LookupEvents returns the events ' +
        'of one account; this command returns those of all accounts, and refused requests that belong to no account.',
    )
    // Flags after a subcommand are those of the subcommand.
    .enablePositionalOptions()
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
  addAuditVerify(command, terminal);
  addAuditTail(command, terminal);
  addAuditExport(command, terminal);
  addAuditPublicKey(command, terminal);
  addAuditResend(command, terminal);
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
