import { parseNetworkPolicy } from '@claviger/guard';
import { writeNetworkPolicy } from '@claviger/guard/internal';
import {
  createGuard,
  deleteGuard,
  type GuardRow,
  listGuards,
  type Operator,
  operatorChange,
  type Scope,
  type Services,
  servicesOf,
  setGuardServices,
  setGuardStatus,
} from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { withInstallation } from '../installation.ts';
import { InvalidValue } from '../invalid-value.ts';
import { accountOrOnly } from '../only-account.ts';
import { addServerFlags, DATA_SETTINGS } from '../server-flags.ts';
import { bold, print, type Terminal, table } from '../terminal.ts';

interface AccountFlags {
  readonly account?: string;
}

interface AddFlags extends AccountFlags {
  readonly service: readonly string[];
  readonly address?: readonly string[];
  readonly json?: boolean;
}

/** Adds `claviger guard add | list | services | disable | enable | remove`. */
export function addGuardRegistration(program: Command, terminal: Terminal): void {
  const guard = program
    .command('guard')
    .summary('register, list, change, disable, enable and remove guards')
    .description(
      'A guard (gateway, forward-auth or library) verifies requests to services of an account. It has its own ' +
        'credential, which is valid for nothing else, and receives only the data that these services need. ' +
        'These commands open the database directly; the server may be running.',
    );

  addServerFlags(
    withAccountFlag(
      guard
        .command('add')
        .description('register a guard and print its credential once')
        .argument('<name>', '1 to 64 letters, digits, `.`, `_` and `-`', guardName)
        .requiredOption('--service <code>', 'service that it guards; repeatable', appendService)
        .option(
          '--address <block>',
          'IP address or CIDR block from which it may connect; repeatable',
          appendText,
        )
        .option('--json', 'print one JSON object'),
    ).addHelpText('after', '\nExample:\n  npx claviger guard add orders-1 --service orders --data ./data'),
    DATA_SETTINGS,
  ).action((name: string, options: AddFlags) =>
    withInstallation(terminal, options, async (services, operator) => {
      const { service, address, json } = options;
      const parameters = { GuardName: name, Services: service.join(',') };
      const { row, secret } = await change(
        services,
        operator,
        options,
        { name: 'CreateGuard', parameters },
        (scope) => createGuard(scope, { name, services: service, networkPolicy: networkPolicyOf(address) }),
      );
      if (json) {
        const made = {
          ...guardJson(row),
          AccessKeyId: row.access_key_id,
          AccessKeySecret: secret.reveal(),
        };
        print(terminal, JSON.stringify(made));
        return;
      }
      print(terminal, `The guard ${row.guard_name} is registered for ${servicesOf(row).join(', ')}.`);
      print(terminal, 'The secret is shown once. Give both lines to the process of this guard only.');
      print(terminal, `  CLAVIGER_GUARD_ACCESS_KEY_ID=${bold(terminal, row.access_key_id)}`);
      print(terminal, `  CLAVIGER_GUARD_ACCESS_KEY_SECRET=${bold(terminal, secret.reveal())}`);
    }),
  );

  addServerFlags(
    withAccountFlag(
      guard.command('list').description('list the guards').option('--json', 'print a JSON array'),
    ).addHelpText('after', '\nExample:\n  npx claviger guard list --data ./data --json'),
    DATA_SETTINGS,
  ).action((options: AccountFlags & { json?: boolean }) =>
    withInstallation(terminal, options, async (services) => {
      const { queries } = services.store;
      const accountId = await accountOrOnly(services, options.account);
      const rows = await listGuards(queries, accountId);
      const connections = await services.guardConnections.list(
        queries,
        accountId,
        rows.map((row) => row.guard_id),
        Date.now(),
      );
      const guards = rows.map((row) => ({
        ...guardJson(row),
        Connections: connections.get(row.guard_id)?.length ?? 0,
      }));
      if (options.json) print(terminal, JSON.stringify(guards));
      else {
        print(
          terminal,
          table(
            ['GUARD', 'SERVICES', 'STATUS', 'ACCESS KEY', 'CONNECTIONS', 'CREATED'],
            guards.map((each) => [
              each.GuardName,
              each.Services.join(','),
              each.Status,
              each.AccessKeyId,
              String(each.Connections),
              each.CreateDate,
            ]),
          ),
        );
      }
    }),
  );

  addServerFlags(
    withAccountFlag(
      guard
        .command('services')
        .description('set the services of a guard; it discards the data of other services')
        .argument('<name>', 'name of the guard')
        .requiredOption('--service <code>', 'service that it guards; repeatable', appendService),
    ).addHelpText(
      'after',
      '\nExample:\n  npx claviger guard services orders-1 --service orders --service invoices --data ./data',
    ),
    DATA_SETTINGS,
  ).action((name: string, options: AccountFlags & Pick<AddFlags, 'service'>) =>
    withInstallation(terminal, options, async (services, operator) => {
      const parameters = { GuardName: name, Services: options.service.join(',') };
      const row = await change(
        services,
        operator,
        options,
        { name: 'SetGuardServices', parameters },
        (scope) => setGuardServices(scope, name, options.service),
      );
      print(terminal, `The guard ${name} is registered for ${servicesOf(row).join(', ')}.`);
    }),
  );

  for (const [word, status, description] of [
    ['disable', 'Disabled', 'stop sending data to a guard and close its connections'],
    ['enable', 'Active', 'let a disabled guard connect again'],
  ] as const) {
    addServerFlags(
      withAccountFlag(
        guard.command(word).description(description).argument('<name>', 'name of the guard'),
      ).addHelpText('after', `\nExample:\n  npx claviger guard ${word} orders-1 --data ./data`),
      DATA_SETTINGS,
    ).action((name: string, options: AccountFlags) =>
      withInstallation(terminal, options, async (services, operator) => {
        const command = { name: 'SetGuardStatus', parameters: { GuardName: name, Status: status } };
        await change(services, operator, options, command, (scope) => setGuardStatus(scope, name, status));
        print(terminal, `The guard ${name} is ${status.toLowerCase()}.`);
      }),
    );
  }

  addServerFlags(
    withAccountFlag(
      guard
        .command('remove')
        .description('remove a guard; its credential becomes invalid')
        .argument('<name>', 'name of the guard'),
    ).addHelpText('after', '\nExample:\n  npx claviger guard remove orders-1 --data ./data'),
    DATA_SETTINGS,
  ).action((name: string, options: AccountFlags) =>
    withInstallation(terminal, options, async (services, operator) => {
      const command = { name: 'DeleteGuard', parameters: { GuardName: name } };
      await change(services, operator, options, command, (scope) => deleteGuard(scope, name));
      print(terminal, `The guard ${name} is removed.`);
    }),
  );
}

function withAccountFlag(command: Command): Command {
  return command.option('--account <id>', 'account, 16 digits; required if there are several');
}

function change<T>(
  services: Services,
  operator: Operator,
  options: AccountFlags,
  command: { readonly name: string; readonly parameters: Readonly<Record<string, string>> },
  action: (scope: Scope) => Promise<T>,
): Promise<T> {
  return operatorChange(services, operator, command, async ({ inAccount }) =>
    action(await inAccount(await accountOrOnly(services, options.account))),
  );
}

function guardJson(row: GuardRow) {
  return {
    GuardName: row.guard_name,
    Services: servicesOf(row),
    Status: row.status,
    AccessKeyId: row.access_key_id,
    CreateDate: new Date(row.created_at).toISOString(),
  };
}

function networkPolicyOf(addresses: readonly string[] | undefined): string | null {
  if (addresses === undefined) return null;
  const policy = parseNetworkPolicy(
    JSON.stringify({
      Version: 1,
      Status: 'Active',
      Statements: [{ Type: 'ClassicWhiteList', IPList: addresses }],
    }),
  );
  if (!policy.ok) throw new CommanderError(2, 'claviger.address', `--address: ${policy.reason}`);
  return writeNetworkPolicy(policy.policy);
}

function guardName(value: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)) return value;
  throw new InvalidValue('name', value, '1 to 64 letters, digits, `.`, `_` or `-`');
}

function appendService(value: string, before: readonly string[] = []): readonly string[] {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(value)) return [...before, value];
  throw new InvalidValue('service', value, 'the code of a service, such as `orders`');
}

const appendText = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
