import { type Command, CommanderError, Option } from 'commander';
import {
  API_HELP,
  ApiClient,
  type ApiFlags,
  type ApiParameters,
  addApiFlags,
  textOf,
} from '../api-client.ts';
import { readInputFile } from '../input-file.ts';
import { withJsonErrors } from '../json-error.ts';
import { print, type Terminal, table } from '../terminal.ts';

/** Refusals for a name that is of the other type. */
const NO_POLICY = /^claviger\.EntityNotExist\.(?:(?:User|Group|Role)\.)?Policy$/;

type PolicyType = 'System' | 'Custom';

interface ListFlags extends ApiFlags {
  readonly type?: PolicyType;
}

interface AttachFlags extends ListFlags {
  readonly user?: string;
  readonly group?: string;
  readonly role?: string;
}

interface CreateFlags extends ApiFlags {
  readonly description?: string;
}

/** Adds `list`, `show`, `create`, `attach` and `detach` to `claviger policy`; they call the API. */
export function addPolicies(policy: Command, terminal: Terminal): void {
  const list = policy
    .command('list')
    .description('list the policies of the account')
    .addOption(typeOption('only policies of this type'))
    .addHelpText('after', `${API_HELP}\n\nExamples:\n  claviger policy list --type Custom`);
  addApiFlags(list).action((flags: ListFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const client = new ApiClient(terminal, flags);
      const parameters = { PolicyType: flags.type };
      const policies = await client.all('ram', 'ListPolicies', ['Policies', 'Policy'], parameters);
      if (flags.json) print(terminal, JSON.stringify({ Policies: { Policy: policies } }));
      else print(terminal, policyTable(policies));
    }),
  );

  const show = policy
    .command('show')
    .description('print the document of a policy')
    .argument('<name>', 'policy name')
    .addOption(typeOption('type of the policy (default: custom, then system)'))
    .addHelpText('after', `${API_HELP}\n\nExample:\n  claviger policy show AliyunRAMReadOnlyAccess`);
  addApiFlags(show).action((name: string, flags: ListFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await ofEitherType(flags.type, (PolicyType) =>
        new ApiClient(terminal, flags).call('ram', 'GetPolicy', { PolicyName: name, PolicyType }),
      );
      if (flags.json) print(terminal, JSON.stringify(answer));
      else print(terminal, textOf(answer['DefaultPolicyVersion'] as ApiFields, 'PolicyDocument'));
    }),
  );

  const create = policy
    .command('create')
    .description('create a custom policy from a document')
    .argument('<name>', 'policy name')
    .argument('<file>', 'policy document, JSON')
    .option('--description <text>', 'a note')
    .addHelpText('after', `${API_HELP}\n\nExample:\n  claviger policy create orders-read orders-read.json`);
  addApiFlags(create).action((name: string, file: string, flags: CreateFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await new ApiClient(terminal, flags).call('ram', 'CreatePolicy', {
        PolicyName: name,
        PolicyDocument: readInputFile('', file).toString('utf8'),
        Description: flags.description,
      });
      if (flags.json) print(terminal, JSON.stringify(answer));
      else print(terminal, `Policy ${name} was created. Next: claviger policy attach ${name} --user NAME`);
    }),
  );

  addAttachment(policy, terminal, { name: 'attach', action: 'AttachPolicyTo', done: 'is attached to' });
  addAttachment(policy, terminal, { name: 'detach', action: 'DetachPolicyFrom', done: 'is detached from' });
}

type ApiFields = Readonly<Record<string, unknown>>;

interface Attachment {
  readonly name: string;
  /** Beginning of the operation's name. */
  readonly action: string;
  readonly done: string;
}

function addAttachment(parent: Command, terminal: Terminal, { name, action, done }: Attachment): void {
  const command = parent
    .command(name)
    .description(`${name} a policy ${name === 'attach' ? 'to' : 'from'} a user, a group or a role`)
    .argument('<policy>', 'policy name')
    .option('--user <name>', 'RAM user')
    .option('--group <name>', 'group')
    .option('--role <name>', 'role')
    .addOption(typeOption('type of the policy (default: custom, then system)'))
    .addHelpText(
      'after',
      `${API_HELP}\n\nExamples:\n  claviger policy ${name} orders-read --user ci\n  claviger policy ${name} AliyunRAMReadOnlyAccess --group auditors`,
    );
  addApiFlags(command).action((policyName: string, flags: AttachFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const { kind, entity, parameters } = entityOf(flags);
      const answer = await ofEitherType(flags.type, (PolicyType) =>
        new ApiClient(terminal, flags).call('ram', `${action}${kind}`, {
          PolicyName: policyName,
          PolicyType,
          ...parameters,
        }),
      );
      if (flags.json) print(terminal, JSON.stringify(answer));
      else print(terminal, `Policy ${policyName} ${done} ${kind.toLowerCase()} ${entity}.`);
    }),
  );
}

function entityOf({ user, group, role }: AttachFlags): {
  readonly kind: 'User' | 'Group' | 'Role';
  readonly entity: string;
  readonly parameters: ApiParameters;
} {
  const given = [
    ['User', user],
    ['Group', group],
    ['Role', role],
  ].filter((entry): entry is ['User' | 'Group' | 'Role', string] => entry[1] !== undefined);
  const [first] = given;
  if (first === undefined || given.length > 1) {
    throw new CommanderError(2, 'claviger.policy', 'expected one of --user, --group and --role');
  }
  const [kind, entity] = first;
  return { kind, entity, parameters: { [`${kind}Name`]: entity } };
}

/** Calls with the given type; without one, with `Custom`, and with `System` when there is no custom policy. */
async function ofEitherType<T>(
  type: PolicyType | undefined,
  call: (type: PolicyType) => Promise<T>,
): Promise<T> {
  if (type !== undefined) return call(type);
  try {
    return await call('Custom');
  } catch (error) {
    if (!(error instanceof CommanderError) || !NO_POLICY.test(error.code)) throw error;
    return call('System');
  }
}

function typeOption(description: string): Option {
  return new Option('--type <type>', description).choices(['System', 'Custom']);
}

function policyTable(policies: readonly ApiFields[]): string {
  return table(
    ['NAME', 'TYPE', 'ATTACHMENTS', 'DESCRIPTION'],
    policies.map((each) => [
      textOf(each, 'PolicyName'),
      textOf(each, 'PolicyType'),
      textOf(each, 'AttachmentCount'),
      textOf(each, 'Description').slice(0, 60),
    ]),
  );
}
