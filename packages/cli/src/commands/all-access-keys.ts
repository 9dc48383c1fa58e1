import { type Command, Option } from 'commander';
import {
  API_HELP,
  type ApiAnswer,
  ApiClient,
  type ApiFlags,
  addApiFlags,
  itemsOf,
  textOf,
} from '../api-client.ts';
import { InvalidValue } from '../invalid-value.ts';
import { withJsonErrors } from '../json-error.ts';
import { bold, print, printStatus, type Terminal, table } from '../terminal.ts';

const SHOWN_ROWS = 20;

const STATUSES = ['Active', 'Inactive', 'Recycled', 'All'];

/** Returns a parser of a whole number within bounds, which keeps its text. */
const wholeNumber = (least: number, most: number) => (text: string) => {
  if (/^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most) return text;
  throw new InvalidValue('number', text, `${least} to ${most}`);
};

interface ContainFlags extends ApiFlags {
  readonly hours: string;
}

interface SearchFlags extends ApiFlags {
  readonly status?: string;
  readonly olderThan?: string;
  readonly unused?: string;
  readonly expiresWithin?: string;
  readonly unrestricted?: boolean;
}

/** Adds `claviger access-key search`, `contain` and `activity`, which act on any key of the account. */
export function addAllAccessKeys(accessKey: Command, terminal: Terminal): void {
  addSearch(accessKey, terminal);
  addReport(accessKey, terminal, {
    name: 'contain',
    description: 'disable an AccessKey that may have leaked, end its role sessions, and print what it did',
    operation: 'ContainAccessKey',
    done: 'is disabled, and its role sessions have ended.',
  });
  addReport(accessKey, terminal, {
    name: 'activity',
    description: 'print what an AccessKey did: calls, addresses, and what it changed',
    operation: 'GetAccessKeyActivity',
    done: undefined,
  });
}

function addSearch(accessKey: Command, terminal: Terminal): void {
  const search = accessKey
    .command('search')
    .description('list the AccessKeys of all owners, by a part of their id, owner or note')
    .argument('[text]', 'part of the id, of the name of the owner or of the note')
    .addOption(new Option('--status <status>', 'default: all outside of the recycle bin').choices(STATUSES))
    .option('--older-than <days>', 'created that many days ago or earlier', wholeNumber(0, 3650))
    .option('--unused <days>', 'not used for that many days', wholeNumber(0, 3650))
    .option('--expires-within <days>', 'that expire within that many days', wholeNumber(0, 3650))
    .option('--unrestricted', 'without a network restriction of their own')
    .addHelpText(
      'after',
      `${API_HELP}\n\nExamples:\n  claviger access-key search LTAI5tEXAMPLEKEYID000001\n  claviger access-key search --unused 90`,
    );
  addApiFlags(search).action((text: string | undefined, flags: SearchFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const client = new ApiClient(terminal, flags);
      const keys: ApiAnswer[] = [];
      for (let Marker: string | undefined, isFirst = true; isFirst || Marker !== undefined; isFirst = false) {
        const answer = await client.call('claviger', 'SearchAccessKeys', {
          Search: text,
          Status: flags.status,
          OlderThanDays: flags.olderThan,
          UnusedDays: flags.unused,
          ExpiresWithinDays: flags.expiresWithin,
          Unrestricted: flags.unrestricted === true ? 'true' : undefined,
          MaxItems: '100',
          Marker,
        });
        keys.push(...itemsOf(answer, ['AccessKeys']));
        Marker = answer['Marker'] as string | undefined;
      }
      if (flags.json) {
        print(terminal, JSON.stringify({ AccessKeys: keys }));
        return;
      }
      print(
        terminal,
        table(
          ['ACCESSKEY ID', 'OWNER', 'STATUS', 'CREATED', 'LAST USED', 'NOTE'],
          keys.map((key) => [
            textOf(key, 'AccessKeyId'),
            textOf(key, 'UserPrincipalName') || 'root',
            textOf(key, 'RecycleDate') === '' ? textOf(key, 'Status') : 'Recycled',
            textOf(key, 'CreateDate'),
            textOf(key, 'LastUsedDate') || 'never',
            textOf(key, 'Note'),
          ]),
        ),
      );
    }),
  );
}

interface Report {
  readonly name: string;
  readonly description: string;
  readonly operation: string;
  /** What is printed after the key's id; `undefined` if nothing was changed. */
  readonly done: string | undefined;
}

function addReport(accessKey: Command, terminal: Terminal, report: Report): void {
  const command = accessKey
    .command(report.name)
    .description(report.description)
    .argument('<id>', 'AccessKey ID')
    .option('--hours <hours>', 'how far back the report goes, 1 to 2160', wholeNumber(1, 2160), '24')
    .addHelpText(
      'after',
      `${API_HELP}\n\nExample:\n  claviger access-key ${report.name} LTAI5tEXAMPLEKEYID000001 --hours 72`,
    );
  addApiFlags(command).action((id: string, flags: ContainFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await new ApiClient(terminal, flags).call('claviger', report.operation, {
        UserAccessKeyId: id,
        Hours: flags.hours,
      });
      if (flags.json) {
        print(terminal, JSON.stringify(answer));
        return;
      }
      const owner = textOf(answer, 'UserPrincipalName') || 'the account root';
      if (report.done === undefined) print(terminal, `AccessKey ${bold(terminal, id)} of ${owner}`);
      else print(terminal, `AccessKey ${bold(terminal, id)} of ${owner} ${report.done}`);
      printActivity(terminal, answer['Activity'] as ApiAnswer);
    }),
  );
}

function printActivity(terminal: Terminal, activity: ApiAnswer): void {
  print(terminal, `\n${String(activity['Events'])} calls since ${textOf(activity, 'Since')}`);
  const part = (name: string, titles: readonly string[], rowOf: (item: ApiAnswer) => readonly string[]) => {
    const items = itemsOf(activity, [name]);
    if (items.length === 0) return;
    print(terminal, `\n${table(titles, items.slice(0, SHOWN_ROWS).map(rowOf))}`);
    const more = items.length - SHOWN_ROWS;
    if (more > 0) printStatus(terminal, `${more} more: see --json`);
  };
  part('Calls', ['OPERATION', 'CALLS', 'REFUSED', 'LAST'], (call) => [
    `${textOf(call, 'ServiceName')} ${textOf(call, 'EventName')}`,
    String(call['Count']),
    String(call['Refused']),
    textOf(call, 'LastDate'),
  ]);
  part('Addresses', ['ADDRESS', 'CALLS', 'LAST'], (address) => [
    textOf(address, 'Address'),
    String(address['Count']),
    textOf(address, 'LastDate'),
  ]);
  part('Changes', ['CHANGED', 'NAME', 'BY', 'AT'], (change) => [
    textOf(change, 'ResourceType'),
    textOf(change, 'ResourceName'),
    textOf(change, 'EventName'),
    textOf(change, 'EventTime'),
  ]);
  part('Services', ['USED WITH', 'ADDRESS', 'LAST'], (use) => [
    textOf(use, 'ServiceName'),
    textOf(use, 'SourceAddress'),
    textOf(use, 'LastUsedDate'),
  ]);
  if (itemsOf(activity, ['Calls']).some((call) => textOf(call, 'EventName').startsWith('AssumeRole'))) {
    printStatus(terminal, 'Calls of the role sessions that it opened are not listed: see `claviger audit`.');
  }
  if (activity['Partial'] === true) {
    printStatus(terminal, 'There may be more: search the audit log with `claviger audit --key ID`.');
  }
}
