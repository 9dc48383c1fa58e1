import type { Command } from 'commander';
import { API_HELP, ApiClient, type ApiFlags, addApiFlags, itemsOf, textOf } from '../api-client.ts';
import { withJsonErrors } from '../json-error.ts';
import { bold, print, type Terminal, table } from '../terminal.ts';

interface CreateFlags extends ApiFlags {
  readonly displayName?: string;
  readonly comments?: string;
}

/** Adds `claviger user`, which lists, shows, creates and deletes RAM users over the API. */
export function addUsers(program: Command, terminal: Terminal): void {
  const user = program.command('user').description('list, show, create and delete RAM users');

  const list = user
    .command('list')
    .description('list the RAM users of the account')
    .addHelpText('after', `${API_HELP}\n\nExamples:\n  claviger user list\n  claviger user list --json`);
  addApiFlags(list).action((flags: ApiFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const users = await new ApiClient(terminal, flags).all('ram', 'ListUsers', ['Users', 'User']);
      if (flags.json) print(terminal, JSON.stringify({ Users: { User: users } }));
      else print(terminal, userTable(users));
    }),
  );

  const show = user
    .command('show')
    .description('show a RAM user with its groups, policies and AccessKeys')
    .argument('<name>', 'user name')
    .addHelpText('after', `${API_HELP}\n\nExample:\n  claviger user show alice`);
  addApiFlags(show).action((name: string, flags: ApiFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const client = new ApiClient(terminal, flags);
      const parameters = { UserName: name };
      const { User } = await client.call('ram', 'GetUser', parameters);
      const groups = await client.call('ram', 'ListGroupsForUser', parameters);
      const policies = await client.call('ram', 'ListPoliciesForUser', parameters);
      const keys = await client.call('ram', 'ListAccessKeys', parameters);
      const { Groups } = groups;
      const { Policies } = policies;
      const { AccessKeys } = keys;
      if (flags.json) {
        print(terminal, JSON.stringify({ User, Groups, Policies, AccessKeys }));
        return;
      }
      const line = (label: string, value: string) =>
        print(terminal, `  ${label.padEnd(14)}${value === '' ? 'none' : value}`);
      const fields = User as Readonly<Record<string, unknown>>;
      print(terminal, bold(terminal, textOf(fields, 'UserName')));
      line('ID', textOf(fields, 'UserId'));
      line('Display name', textOf(fields, 'DisplayName'));
      line('Created', textOf(fields, 'CreateDate'));
      line('Groups', namesIn(itemsOf(groups, ['Groups', 'Group']), 'GroupName'));
      line('Policies', namesIn(itemsOf(policies, ['Policies', 'Policy']), 'PolicyName'));
      line(
        'AccessKeys',
        itemsOf(keys, ['AccessKeys', 'AccessKey'])
          .map((key) => `${textOf(key, 'AccessKeyId')} (${textOf(key, 'Status')})`)
          .join(', '),
      );
    }),
  );

  const create = user
    .command('create')
    .description('create a RAM user, without permissions and without an AccessKey')
    .argument('<name>', 'user name')
    .option('--display-name <text>', 'name that is shown (default: the user name)')
    .option('--comments <text>', 'a note')
    .addHelpText(
      'after',
      `${API_HELP}\n\nExample:\n  claviger user create ci --comments 'build server'\n  claviger access-key create --user ci`,
    );
  addApiFlags(create).action((name: string, flags: CreateFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await new ApiClient(terminal, flags).call('ram', 'CreateUser', {
        UserName: name,
        DisplayName: flags.displayName ?? name,
        Comments: flags.comments,
      });
      if (flags.json) print(terminal, JSON.stringify(answer));
      else print(terminal, `User ${name} was created. Next: claviger access-key create --user ${name}`);
    }),
  );

  const remove = user
    .command('delete')
    .description('delete a RAM user that has no AccessKey, group or policy any more')
    .argument('<name>', 'user name')
    .addHelpText('after', `${API_HELP}\n\nExample:\n  claviger user delete ci`);
  addApiFlags(remove).action((name: string, flags: ApiFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await new ApiClient(terminal, flags).call('ram', 'DeleteUser', { UserName: name });
      if (flags.json) print(terminal, JSON.stringify(answer));
      else print(terminal, `User ${name} was deleted.`);
    }),
  );
}

function userTable(users: readonly Readonly<Record<string, unknown>>[]): string {
  return table(
    ['NAME', 'DISPLAY NAME', 'CREATED', 'COMMENTS'],
    users.map((each) =>
      ['UserName', 'DisplayName', 'CreateDate', 'Comments'].map((field) => textOf(each, field)),
    ),
  );
}

function namesIn(items: readonly Readonly<Record<string, unknown>>[], field: string): string {
  return items.map((item) => textOf(item, field)).join(', ');
}
