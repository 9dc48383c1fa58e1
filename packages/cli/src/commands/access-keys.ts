import type { Command } from 'commander';
import { API_HELP, ApiClient, type ApiFlags, addApiFlags, itemsOf, textOf } from '../api-client.ts';
import { withJsonErrors } from '../json-error.ts';
import { bold, print, printStatus, type Terminal, table } from '../terminal.ts';
import { addAllAccessKeys } from './all-access-keys.ts';

interface OwnerFlags extends ApiFlags {
  readonly user?: string;
}

/** Adds `claviger access-key`, which lists, creates, disables, enables and deletes AccessKeys over the API. */
export function addAccessKeys(program: Command, terminal: Terminal): void {
  const accessKey = program
    .command('access-key')
    .description(
      'list, create, disable, enable and delete AccessKeys; search all of them; contain a leaked one',
    );

  const list = accessKey
    .command('list')
    .description('list the AccessKeys of a user, with their last use')
    .addHelpText(
      'after',
      `${API_HELP}\n\nExamples:\n  claviger access-key list\n  claviger access-key list --user ci`,
    );
  addOwnerFlags(list).action((flags: OwnerFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const client = new ApiClient(terminal, flags);
      const answer = await client.call('ram', 'ListAccessKeys', { UserName: flags.user });
      const keys: Readonly<Record<string, unknown>>[] = [];
      for (const key of itemsOf(answer, ['AccessKeys', 'AccessKey'])) {
        const used = await client.call('ram', 'GetAccessKeyLastUsed', {
          UserName: flags.user,
          UserAccessKeyId: textOf(key, 'AccessKeyId'),
        });
        const { LastUsedDate } = used['AccessKeyLastUsed'] as { readonly LastUsedDate?: string };
        keys.push({ ...key, LastUsedDate: LastUsedDate ?? '' });
      }
      if (flags.json) print(terminal, JSON.stringify({ AccessKeys: { AccessKey: keys } }));
      else print(terminal, keyTable(keys));
    }),
  );

  const create = accessKey
    .command('create')
    .description('create an AccessKey and print its secret, which is shown this once')
    .addHelpText(
      'after',
      `${API_HELP}\n\nExamples:\n  claviger access-key create --user ci\n  claviger access-key create --user ci --json > key.json`,
    );
  addOwnerFlags(create).action((flags: OwnerFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await new ApiClient(terminal, flags).call('ram', 'CreateAccessKey', {
        UserName: flags.user,
      });
      if (flags.json) {
        print(terminal, JSON.stringify(answer));
        return;
      }
      const key = answer['AccessKey'] as Readonly<Record<string, unknown>>;
      print(terminal, 'The secret is shown only once: save it now.');
      print(terminal, `  AccessKey ID      ${bold(terminal, textOf(key, 'AccessKeyId'))}`);
      print(terminal, `  AccessKey Secret  ${bold(terminal, textOf(key, 'AccessKeySecret'))}`);
      if (flags.user !== undefined) {
        printStatus(
          terminal,
          `A new user has no permission. To give some: claviger policy attach POLICY --user ${flags.user}`,
        );
      }
    }),
  );

  addChange(accessKey, terminal, {
    name: 'disable',
    description: 'disable an AccessKey: requests that it signs are refused at once',
    done: 'is disabled. Undo with: claviger access-key enable',
    action: 'UpdateAccessKey',
    parameters: { Status: 'Inactive' },
  });
  addChange(accessKey, terminal, {
    name: 'enable',
    description: 'enable a disabled AccessKey',
    done: 'is enabled.',
    action: 'UpdateAccessKey',
    parameters: { Status: 'Active' },
  });
  addChange(accessKey, terminal, {
    name: 'delete',
    description: 'move an AccessKey to the recycle bin, where it can be restored for some days',
    done: 'is in the recycle bin.',
    action: 'DeleteAccessKey',
    parameters: {},
  });

  addAllAccessKeys(accessKey, terminal);
}

interface KeyChange {
  readonly name: string;
  readonly description: string;
  /** What is printed after the key's id. */
  readonly done: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function addChange(parent: Command, terminal: Terminal, change: KeyChange): void {
  const command = parent
    .command(change.name)
    .description(change.description)
    .argument('<id>', 'AccessKey ID')
    .addHelpText(
      'after',
      `${API_HELP}\n\nExample:\n  claviger access-key ${change.name} LTAI5tEXAMPLEKEYID000001 --user ci`,
    );
  addOwnerFlags(command).action((id: string, flags: OwnerFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await new ApiClient(terminal, flags).call('ram', change.action, {
        UserName: flags.user,
        UserAccessKeyId: id,
        ...change.parameters,
      });
      if (flags.json) print(terminal, JSON.stringify(answer));
      else print(terminal, `AccessKey ${id} ${change.done}`);
    }),
  );
}

function addOwnerFlags(command: Command): Command {
  return addApiFlags(
    command.option('--user <name>', 'RAM user that owns the AccessKey (default: the caller)'),
  );
}

function keyTable(keys: readonly Readonly<Record<string, unknown>>[]): string {
  return table(
    ['ACCESSKEY ID', 'STATUS', 'CREATED', 'LAST USED'],
    keys.map((key) => [
      textOf(key, 'AccessKeyId'),
      textOf(key, 'Status'),
      textOf(key, 'CreateDate'),
      textOf(key, 'LastUsedDate') || 'never',
    ]),
  );
}
