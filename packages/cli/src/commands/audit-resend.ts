import {
  auditSinks,
  type Configuration,
  DeadLetters,
  deadLetterFolder,
  isWhole,
  listAccounts,
  type Operator,
  operatorChange,
  type Services,
} from '@claviger/server';
import { type Command, CommanderError, Option } from 'commander';
import { withInstallation } from '../installation.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { exitWith, print, printStatus, type Terminal } from '../terminal.ts';
import { parseTime } from './audit-lines.ts';

const RECEIVERS = ['webhook', 'syslog', 's3'] as const;

type Receiver = (typeof RECEIVERS)[number];

/** Flags that name the address of a receiver. */
const ADDRESS_FLAGS: Readonly<Record<Receiver, string>> = {
  webhook: '--audit-webhook',
  syslog: '--audit-syslog',
  s3: '--audit-s3',
};

/** Settings of the receivers, beside those that open the data. */
const SETTINGS = [
  ...DATA_SETTINGS,
  'auditWebhook',
  'auditSyslog',
  'auditS3',
  'auditS3Endpoint',
  'auditS3Region',
  'auditS3AccessKeyId',
];

interface ResendFlags {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly receiver?: Receiver;
  readonly since?: (now: number) => number;
}

/** Dead letter that waits, without its events. */
interface Waiting {
  readonly receiver: Receiver;
  readonly checkpoint: number;
  /** Absent, as the number of events, if lines are missing or damaged. */
  readonly signedAt?: string;
  readonly events?: number;
  readonly damaged: boolean;
}

/** Adds `claviger audit resend`, which lists and sends what a receiver of audit events did not accept. */
export function addAuditResend(audit: Command, terminal: Terminal): void {
  const command = audit
    .command('resend')
    .summary('send what a receiver of audit events did not accept')
    .description(
      'Sends the checkpoints in audit-dead-letters of the data directory to their receivers again, in order, each ' +
        'until it was accepted once; the server may be running. Give the addresses as for `claviger serve`. Exit ' +
        'code 1 if a receiver did not accept, or a file is damaged.',
    )
    .option('--list', 'list them, and send nothing')
    .option('--json', 'print one JSON object per checkpoint')
    .addOption(new Option('--receiver <name>', 'only those of one receiver').choices(RECEIVERS))
    .option(
      '--since <time>',
      'only checkpoints signed since: 2026-11-24T08:00:00Z, or an age such as 24h',
      parseTime,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  npx claviger audit resend --data ./data --list --json\n' +
        '  npx claviger audit resend --data ./data --receiver webhook --audit-webhook https://logs.example.com/',
    );
  addServerFlags(command, SETTINGS).action(async (flags: ResendFlags) => {
    const configuration = configurationOf(terminal, { ...flags });
    const since = flags.since?.(Date.now()) ?? 0;
    const receivers = RECEIVERS.filter((name) => flags.receiver === undefined || name === flags.receiver);
    const waiting = await listWaiting(configuration, receivers, since);
    if (flags.list) {
      for (const letter of waiting) print(terminal, lineOf(letter, flags.json));
      return;
    }
    await withInstallation(terminal, flags, (services, operator) =>
      resend(terminal, flags, configuration, waiting, since, (receiver, letters) =>
        recordResend(services, operator, receiver, letters),
      ),
    );
  });
}

async function listWaiting(
  { data }: Configuration,
  receivers: readonly Receiver[],
  since: number,
): Promise<Waiting[]> {
  const found: Waiting[] = [];
  for (const receiver of receivers) {
    for await (const letter of new DeadLetters(deadLetterFolder(data), receiver).waiting()) {
      if (!isWhole(letter)) {
        found.push({ receiver, checkpoint: letter.number, damaged: true });
      } else if (letter.signedAt >= since) {
        const { number: checkpoint, signedAt, events } = letter;
        const time = new Date(signedAt).toISOString();
        found.push({ receiver, checkpoint, signedAt: time, events: events.length, damaged: false });
      }
    }
  }
  return found;
}

/** @throws CommanderError if a receiver has no address, or did not accept */
async function resend(
  terminal: Terminal,
  flags: ResendFlags,
  configuration: Configuration,
  waiting: readonly Waiting[],
  since: number,
  record: (receiver: Receiver, letters: readonly Waiting[]) => Promise<void>,
): Promise<void> {
  const damaged = waiting.filter((letter) => letter.damaged);
  for (const { receiver, checkpoint } of damaged) {
    printStatus(
      terminal,
      `checkpoint ${checkpoint} for the ${receiver} is damaged and cannot be sent: compare`,
    );
    printStatus(terminal, `  claviger audit export --after ${checkpoint - 1}`);
  }
  const whole = waiting.filter((letter) => !letter.damaged);
  const sinks = new Map(auditSinks(configuration).map((sink) => [sink.name, sink]));
  try {
    const byReceiver = Map.groupBy(whole, ({ receiver }) => receiver);
    for (const receiver of byReceiver.keys()) {
      if (sinks.has(receiver)) continue;
      const flag = ADDRESS_FLAGS[receiver];
      const text = `no address of the ${receiver}: give ${flag}, or choose another with --receiver`;
      throw new CommanderError(2, 'claviger.audit', text);
    }
    let refused = false;
    for (const [receiver, letters] of byReceiver) {
      await record(receiver, letters);
      const expected = new Set(letters.map(({ checkpoint }) => checkpoint));
      const dead = new DeadLetters(deadLetterFolder(configuration.data), receiver);
      for await (const letter of dead.waiting()) {
        if (!isWhole(letter) || letter.signedAt < since || !expected.has(letter.number)) continue;
        try {
          await sinks.get(receiver)!.send(letter);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          printStatus(terminal, `checkpoint ${letter.number} was not accepted by the ${receiver}: ${reason}`);
          // Later ones wait, so that the receiver gets them in order.
          refused = true;
          break;
        }
        await dead.markSent(letter);
        const { number: checkpoint, signedAt, events } = letter;
        const time = new Date(signedAt).toISOString();
        const sent = { receiver, checkpoint, signedAt: time, events: events.length, damaged: false };
        print(terminal, lineOf(sent, flags.json));
      }
    }
    if (whole.length === 0 && damaged.length === 0) printStatus(terminal, 'nothing to send');
    if (refused || damaged.length > 0) throw exitWith(1);
  } finally {
    for (const sink of sinks.values()) sink.close();
  }
}

/** Writes an audit event into the log of each account, before anything is sent. */
async function recordResend(
  services: Services,
  operator: Operator,
  receiver: Receiver,
  letters: readonly Waiting[],
): Promise<void> {
  const parameters = {
    Receiver: receiver,
    Checkpoints: String(letters.length),
    First: String(letters[0]!.checkpoint),
    Last: String(letters.at(-1)!.checkpoint),
  };
  const accounts = await listAccounts(services);
  await operatorChange(services, operator, { name: 'ResendAuditEvents', parameters }, async (change) => {
    for (const { accountId } of accounts) {
      (await change.inAccount(accountId)).touched('ACS::RAM::Account', accountId);
    }
  });
}

function lineOf({ receiver, checkpoint, signedAt, events, damaged }: Waiting, asJson?: boolean): string {
  if (asJson) return JSON.stringify({ receiver, checkpoint, signedAt, events, damaged });
  const state = damaged ? 'damaged' : `${signedAt}  ${events} events`;
  return `${receiver.padEnd(8)} ${String(checkpoint).padStart(8)}  ${state}`;
}
