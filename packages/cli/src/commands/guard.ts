import { parseNetworkPolicy, writeNetworkPolicy } from '@claviger/guard';
import {
  createGuard,
  deleteGuard,
  type GuardRow,
  listAccounts,
  listGuards,
  type Operator,
  operatorChange,
  type Scope,
  type Services,
  servicesOf,
  setGuardServices,
  setGuardStatus,
} from '@claviger/server';
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { withServices } from '../services.ts';
import { addSettings, dataSettings } from '../settings.ts';
import { bold, print, type Terminal, table } from '../terminal.ts';

interface OfAccount {
  readonly account?: string;
}

interface AddFlags extends OfAccount {
  readonly service: readonly string[];
  readonly address?: readonly string[];
  readonly json?: boolean;
}

/** `claviger guard add | list | services | disable | enable | remove`: the processes that verify requests to services. */
export function addGuardRegistration(program: Command, terminal: Terminal): void {
  const guard = program
    .command('guard')
    .summary('register, list, change, disable, enable and remove guards')
    .description(
      'A guard (gateway, forward-auth or library) verifies requests to some services of an account. It has a ' +
        'credential of its own, which can do nothing else, and receives only what it needs for these services. ' +
        'These commands work on the data itself, beside a running server as well.',
    );

  addSettings(
    inAccount(
      guard
        .command('add')
        .description('register a guard and print its credential, once')
        .argument('<name>', '1 to 64 letters, digits, `.`, `_` and `-`', guardName)
        .requiredOption('--service <code>', 'a service that it guards; may be given again', eachService)
        .option('--address <block>', 'from which addresses it may call; may be given again', eachText)
        .option('--json', 'print one JSON object'),
    ).addHelpText('after', '\nExample:\n  npx claviger guard add orders-1 --service orders --data ./data'),
    dataSettings,
  ).action((name: string, options: AddFlags) =>
    withServices(terminal, options, async (services, operator) => {
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
          ...shownGuard(row),
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

  addSettings(
    inAccount(
      guard.command('list').description('list the guards').option('--json', 'print a JSON array'),
    ).addHelpText('after', '\nExample:\n  npx claviger guard list --data ./data --json'),
    dataSettings,
  ).action((options: OfAccount & { json?: boolean }) =>
    withServices(terminal, options, async (services) => {
      const { queries } = services.store;
      const accountId = await accountOf(services, options);
      const rows = await listGuards(queries, accountId);
      const connections = await services.guardConnections.of(
        queries,
        accountId,
        rows.map((row) => row.guard_id),
        Date.now(),
      );
      const guards = rows.map((row) => ({
        ...shownGuard(row),
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

  addSettings(
    inAccount(
      guard
        .command('services')
        .description('say which services a guard protects from now on; it forgets what it held for others')
        .argument('<name>', 'of the guard')
        .requiredOption('--service <code>', 'a service that it guards; may be given again', eachService),
    ).addHelpText(
      'after',
      '\nExample:\n  npx claviger guard services orders-1 --service orders --service invoices --data ./data',
    ),
    dataSettings,
  ).action((name: string, options: OfAccount & Pick<AddFlags, 'service'>) =>
    withServices(terminal, options, async (services, operator) => {
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
    ['disable', 'Disabled', 'send a guard nothing more and end its connections'],
    ['enable', 'Active', 'let a disabled guard connect again'],
  ] as const) {
    addSettings(
      inAccount(guard.command(word).description(description).argument('<name>', 'of the guard')).addHelpText(
        'after',
        `\nExample:\n  npx claviger guard ${word} orders-1 --data ./data`,
      ),
      dataSettings,
    ).action((name: string, options: OfAccount) =>
      withServices(terminal, options, async (services, operator) => {
        const command = { name: 'SetGuardStatus', parameters: { GuardName: name, Status: status } };
        await change(services, operator, options, command, (scope) => setGuardStatus(scope, name, status));
        print(terminal, `The guard ${name} is ${status.toLowerCase()}.`);
      }),
    );
  }

  addSettings(
    inAccount(
      guard
        .command('remove')
        .description('remove a guard: its credential proves nothing any more')
        .argument('<name>', 'of the guard'),
    ).addHelpText('after', '\nExample:\n  npx claviger guard remove orders-1 --data ./data'),
    dataSettings,
  ).action((name: string, options: OfAccount) =>
    withServices(terminal, options, async (services, operator) => {
      const command = { name: 'DeleteGuard', parameters: { GuardName: name } };
      await change(services, operator, options, command, (scope) => deleteGuard(scope, name));
      print(terminal, `The guard ${name} is removed.`);
    }),
  );
}

function inAccount(command: Command): Command {
  return command.option('--account <id>', 'the account, 16 digits; needed when there is more than one');
}

function change<T>(
  services: Services,
  operator: Operator,
  options: OfAccount,
  command: { readonly name: string; readonly parameters: Readonly<Record<string, string>> },
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  return operatorChange(services, operator, command, async ({ inAccount: enter }) =>
    work(await enter(await accountOf(services, options))),
  );
}

/** The account that is meant: the one that there is, unless it is named. @throws CommanderError when that is unclear */
async function accountOf(services: Services, { account }: OfAccount): Promise<string> {
  if (account !== undefined) return account;
  const accounts = await listAccounts(services);
  if (accounts.length === 1) return accounts[0]!.accountId;
  throw new CommanderError(
    2,
    'claviger.account',
    'there is more than one account: say which one with --account; `claviger account list` has them',
  );
}

function shownGuard(row: GuardRow) {
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
  throw new InvalidArgumentError('it must be 1 to 64 letters, digits, `.`, `_` or `-`.');
}

function eachService(value: string, before: readonly string[] = []): readonly string[] {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(value)) return [...before, value];
  throw new InvalidArgumentError('it must be the code of a service, such as `orders`.');
}

const eachText = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
