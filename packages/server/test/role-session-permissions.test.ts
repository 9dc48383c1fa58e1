import assert from 'node:assert/strict';
import { test } from 'node:test';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';
import fc from 'fast-check';
import type { Clients } from './clients.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

/** Actions that test the permissions of a credential; harmless, and each of an operation of its own. */
const PROBED_ACTIONS = ['ram:ListUsers', 'ram:ListGroups', 'ram:ListRoles', 'ram:ListPolicies'] as const;
type Probe = (typeof PROBED_ACTIONS)[number];

const roleCount = 3;

/** Principal that may assume a role: the user, or the role of that number. */
type Party = 'user' | number;

interface RoleWorld {
  readonly grants: readonly Probe[];
  /** Roles that its own policies allow it to assume. */
  readonly mayAssume: readonly number[];
  readonly trusts: readonly Party[];
}

interface World {
  readonly grants: readonly Probe[];
  readonly mayAssume: readonly number[];
  readonly roles: readonly RoleWorld[];
}

/** Call of the user, with one of its credentials so far: the newest, or an earlier one by `from`. */
type Step =
  | {
      readonly does: 'assume';
      readonly from: number;
      readonly role: number;
      readonly policy: { readonly grants: readonly Probe[]; readonly mayAssume: boolean } | undefined;
    }
  | { readonly does: (typeof ESCALATIONS)[number]; readonly from: number; readonly role: number };

/** Calls of these operations by which the caller could gain permissions. None is ever granted. */
const ESCALATIONS = [
  'attach administrator to the user',
  'attach administrator to a role',
  'attach administrator to the group',
  'join the administrators',
  'write a policy',
  'rewrite the own policy',
  'put the old version in force',
  'detach a policy',
  'trust the user',
  'make a role',
  'make a key of the administrator',
  'make an own key',
] as const;

const someProbes = fc.subarray([...PROBED_ACTIONS]);
const someRoles = fc.subarray([...Array(roleCount).keys()], { minLength: 1 });

const worlds: fc.Arbitrary<World> = fc.record({
  grants: someProbes,
  mayAssume: someRoles,
  roles: fc.array(
    fc.record({
      grants: someProbes,
      mayAssume: someRoles,
      trusts: fc.subarray<Party>(['user', ...Array(roleCount).keys()], { minLength: 2 }),
    }),
    { minLength: roleCount, maxLength: roleCount },
  ),
});

const aRole = fc.nat({ max: roleCount - 1 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('assume' as const),
        from: fc.nat({ max: 3 }),
        role: aRole,
        policy: fc.option(fc.record({ grants: someProbes, mayAssume: fc.boolean() }), {
          nil: undefined,
          freq: 2,
        }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ does: fc.constantFrom(...ESCALATIONS), from: fc.nat({ max: 3 }), role: aRole }),
    },
  ),
  { minLength: 8, maxLength: 16, size: 'max' },
);

/** Credential of the user, and its permissions by the rules alone. */
interface Held {
  readonly clients: Clients;
  readonly party: Party;
  readonly may: ReadonlySet<Probe>;
  readonly mayAssume: ReadonlySet<number>;
}

const allow = (action: string | readonly string[], resource: string | readonly string[]) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});

const policy = (statements: readonly object[]) => JSON.stringify({ Version: '1', Statement: statements });

let made = 0;

eachServer((_, start) => {
  test('failure 1: a narrow credential cannot get a permission that it does not have', async () => {
    const server = await start();
    const { account } = server;
    await account.admin.ram.createGroup(new ram.CreateGroupRequest({ groupName: 'administrators' }));
    const reached = { sessions: 0, chained: 0, narrowed: 0 };
    await fc.assert(
      fc.asyncProperty(worlds, steps, async (world, tried) => {
        const names = await build(account, world);
        const held = [await theUser(server, account, world, names)];
        for (const step of tried) {
          const from = held.at(-1 - (step.from % held.length))!;
          const got = await take(server, account, world, names, from, step);
          if (got === undefined) continue;
          held.push(got);
          reached.sessions++;
          if (from.party !== 'user') reached.chained++;
          if (step.does === 'assume' && step.policy !== undefined) reached.narrowed++;
        }
        for (const each of held) await agrees(each);
      }),
      { numRuns: 15, seed: 20261124 },
    );
    assert.ok(reached.sessions > 10 && reached.chained > 3 && reached.narrowed > 3, JSON.stringify(reached));
  });
});

interface Names {
  readonly user: string;
  readonly roles: readonly string[];
}

/** Creates a user and three roles. */
async function build(account: TestAccount, world: World): Promise<Names> {
  const { accountId, admin } = account;
  made++;
  const names: Names = {
    user: `narrow-${made}`,
    roles: world.roles.map((_, index) => `role-${made}-${index}`),
  };
  const arn = (party: Party) =>
    `acs:ram::${accountId}:${party === 'user' ? `user/${names.user}` : `role/${names.roles[party]}`}`;
  const statements = (may: { readonly grants: readonly Probe[]; readonly mayAssume: readonly number[] }) => [
    ...(may.grants.length > 0 ? [allow(may.grants, '*')] : []),
    ...(may.mayAssume.length > 0 ? [allow('sts:AssumeRole', may.mayAssume.map(arn))] : []),
    allow('oss:GetObject', '*'),
  ];
  await admin.callRpc('2015-05-01', 'CreateUser', { UserName: names.user });
  await makePolicy(account, names.user, policy(statements(world)));
  await admin.ram.attachPolicyToUser(
    new ram.AttachPolicyToUserRequest({ userName: names.user, policyName: names.user, policyType: 'Custom' }),
  );
  const trustOf = (principal: Readonly<Record<string, readonly string[]>>) =>
    policy([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }]);
  const serviceTrust = trustOf({ Service: ['ecs.aliyuncs.com'] });
  for (const roleName of names.roles) {
    await admin.ram.createRole(
      new ram.CreateRoleRequest({ roleName, assumeRolePolicyDocument: serviceTrust }),
    );
  }
  for (const [index, role] of world.roles.entries()) {
    const roleName = names.roles[index]!;
    // Written when all roles exist: trust is bound to the identities that have the names then.
    if (role.trusts.length > 0) {
      const newAssumeRolePolicyDocument = trustOf({ RAM: role.trusts.map(arn) });
      await admin.ram.updateRole(new ram.UpdateRoleRequest({ roleName, newAssumeRolePolicyDocument }));
    }
    await makePolicy(account, roleName, policy(statements(role)));
    await admin.ram.attachPolicyToRole(
      new ram.AttachPolicyToRoleRequest({ roleName, policyName: roleName, policyType: 'Custom' }),
    );
  }
  return names;
}

/** Creates a policy whose first version would allow everything, if it became the default again. */
async function makePolicy(account: TestAccount, policyName: string, policyDocument: string): Promise<void> {
  const admin = account.admin.ram;
  await admin.createPolicy(
    new ram.CreatePolicyRequest({ policyName, policyDocument: policy([allow('*', '*')]) }),
  );
  await admin.createPolicyVersion(
    new ram.CreatePolicyVersionRequest({ policyName, policyDocument, setAsDefault: true }),
  );
}

async function theUser(
  server: TestServer,
  account: TestAccount,
  world: World,
  { user }: Names,
): Promise<Held> {
  const answer = await account.admin.callRpc('2015-05-01', 'CreateAccessKey', { UserName: user });
  const key = answer['AccessKey'] as { AccessKeyId: string; AccessKeySecret: string };
  return {
    clients: server.clients({ accessKeyId: key.AccessKeyId, accessKeySecret: key.AccessKeySecret }),
    party: 'user',
    may: new Set(world.grants),
    mayAssume: new Set(world.mayAssume),
  };
}

/** Tries one step. @returns the opened credential, if the rules allow one */
async function take(
  server: TestServer,
  account: TestAccount,
  world: World,
  names: Names,
  from: Held,
  step: Step,
): Promise<Held | undefined> {
  if (step.does !== 'assume') {
    await refused(grab(from.clients, names, step), 'NoPermission', 403);
    return undefined;
  }
  const { role: number, policy: narrowed } = step;
  const role = world.roles[number]!;
  const asked = from.clients.sts.assumeRole(
    new sts.AssumeRoleRequest({
      roleArn: `acs:ram::${account.accountId}:role/${names.roles[number]}`,
      roleSessionName: 'try',
      ...(narrowed && {
        policy: policy([
          allow(['oss:GetObject', ...narrowed.grants], '*'),
          ...(narrowed.mayAssume ? [allow('sts:AssumeRole', '*')] : []),
        ]),
      }),
    }),
  );
  if (!from.mayAssume.has(number) || !role.trusts.includes(from.party)) {
    await refused(asked, 'NoPermission', 403);
    return undefined;
  }
  const { accessKeyId, accessKeySecret, securityToken } = (await asked).body!.credentials!;
  return {
    clients: server.clients({
      accessKeyId: accessKeyId!,
      accessKeySecret: accessKeySecret!,
      securityToken,
    }),
    party: number,
    may: new Set(role.grants.filter((probe) => narrowed === undefined || narrowed.grants.includes(probe))),
    mayAssume: new Set(narrowed === undefined || narrowed.mayAssume ? role.mayAssume : []),
  };
}

function grab(
  { ram: client }: Clients,
  names: Names,
  step: Exclude<Step, { readonly does: 'assume' }>,
): Promise<unknown> {
  const roleName = names.roles[step.role]!;
  const administrator = { policyName: 'AdministratorAccess', policyType: 'System' };
  switch (step.does) {
    case 'attach administrator to the user':
      return client.attachPolicyToUser(
        new ram.AttachPolicyToUserRequest({ ...administrator, userName: names.user }),
      );
    case 'attach administrator to a role':
      return client.attachPolicyToRole(new ram.AttachPolicyToRoleRequest({ ...administrator, roleName }));
    case 'attach administrator to the group':
      return client.attachPolicyToGroup(
        new ram.AttachPolicyToGroupRequest({ ...administrator, groupName: 'administrators' }),
      );
    case 'join the administrators':
      return client.addUserToGroup(
        new ram.AddUserToGroupRequest({ userName: names.user, groupName: 'administrators' }),
      );
    case 'write a policy':
      return client.createPolicy(
        new ram.CreatePolicyRequest({ policyName: 'mine', policyDocument: policy([allow('*', '*')]) }),
      );
    case 'rewrite the own policy':
      return client.createPolicyVersion(
        new ram.CreatePolicyVersionRequest({
          policyName: names.user,
          policyDocument: policy([allow('*', '*')]),
          setAsDefault: true,
        }),
      );
    case 'put the old version in force':
      return client.setDefaultPolicyVersion(
        new ram.SetDefaultPolicyVersionRequest({ policyName: roleName, versionId: 'v1' }),
      );
    case 'detach a policy':
      return client.detachPolicyFromRole(
        new ram.DetachPolicyFromRoleRequest({ roleName, policyName: roleName, policyType: 'Custom' }),
      );
    case 'trust the user':
      return client.updateRole(
        new ram.UpdateRoleRequest({
          roleName,
          newAssumeRolePolicyDocument: policy([
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1:root'] } },
          ]),
        }),
      );
    case 'make a role':
      return client.createRole(
        new ram.CreateRoleRequest({
          roleName: 'mine',
          assumeRolePolicyDocument: policy([
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: ['acs:ram::1:root'] } },
          ]),
        }),
      );
    case 'make a key of the administrator':
      return client.createAccessKey(new ram.CreateAccessKeyRequest({ userName: 'administrator' }));
    case 'make an own key':
      return client.createAccessKey(new ram.CreateAccessKeyRequest({ userName: names.user }));
  }
}

/** Asserts that a credential has exactly the permissions by the rules. */
async function agrees({ clients: { ram: client }, may, party }: Held): Promise<void> {
  const calls: Readonly<Record<Probe, () => Promise<unknown>>> = {
    'ram:ListUsers': () => client.listUsers(new ram.ListUsersRequest({})),
    'ram:ListGroups': () => client.listGroups(new ram.ListGroupsRequest({})),
    'ram:ListRoles': () => client.listRoles(new ram.ListRolesRequest({})),
    'ram:ListPolicies': () => client.listPolicies(new ram.ListPoliciesRequest({})),
  };
  for (const probe of PROBED_ACTIONS) {
    if (may.has(probe)) await calls[probe]();
    else {
      const error = await refused(calls[probe](), 'NoPermission', 403);
      assert.ok(error.message.includes(probe), `${party}: ${error.message}`);
    }
  }
}
