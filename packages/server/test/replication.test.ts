/**
 * Guards with a copy of an account's credentials: changes in the control plane apply in every guard, and a guard does
 * not decide without the data.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { KeyAgreement } from '@claviger/guard/replication';
import { createAccessKey } from '../src/access-keys/access-key.ts';
import { operatorScope, setAccountStatus } from '../src/accounts/create-account.ts';
import { eventOf } from '../src/audit/stored-event.ts';
import { createUser } from '../src/users/user.ts';
import type { ClientKey } from './clients.ts';
import { callRaw, readJson, send, signedRequest } from './raw-request.ts';
import { RecordedConnection } from './recorded-connection.ts';
import { document, ReplicatedGuard, userWith } from './replicated-guard.ts';
import { eachServer, type GuardKey, setGuardStatusOf, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const IMS = '2019-08-15';
const OWN = '2026-11-24';
const minute = 60_000;

const mayGetOrders = { Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' };
const stale = 'ServiceUnavailable.CredentialsStale';

eachServer((_, start) => {
  describe('a copy of credentials', () => {
    let server: TestServer;
    let account: TestAccount;
    let guardKey: GuardKey;
    let line: RecordedConnection;
    let guard: ReplicatedGuard;
    const guards: ReplicatedGuard[] = [];
    let users = 0;

    before(async () => {
      server = await start();
    });

    beforeEach(async () => {
      account = await server.newAccount();
      guardKey = await server.newGuard(account);
      line = await RecordedConnection.to(server.url);
      guard = open(guardKey);
      await guard.source.ready();
    });

    afterEach(async () => {
      for (const one of guards.splice(0)) await one.close();
      await line.close();
    });

    const open = (key: ClientKey, more: Parameters<typeof ReplicatedGuard.open>[2] = {}) => {
      const opened = ReplicatedGuard.open(line.url, key, more);
      guards.push(opened);
      return opened;
    };

    const newUser = (...statements: object[]) =>
      userWith(server, account, `user-${++users}`, ...statements).then((key) => ({
        key,
        UserName: `user-${users}`,
      }));

    /** Creates users with a key each, in one transaction. */
    const manyUsers = (count: number) =>
      server.services.store.write(async (transaction) => {
        const scope = await operatorScope(server.services, transaction, account.accountId, Date.now());
        for (let at = 0; at < count; at += 1) {
          const userName = `one-of-many-${at}`;
          const user = await createUser(scope, {
            userName,
            displayName: userName,
            comments: '',
            email: '',
            mobilePhone: '',
          });
          await createAccessKey(scope, { type: 'user', id: user.user_id, name: userName });
        }
      });

    const admin = (action: string, parameters: Record<string, unknown>) =>
      account.admin.callRpc(RAM, action, parameters);

    const ims = (action: string, parameters: Record<string, string>) =>
      account.admin.call(IMS, action, parameters);

    describe('follows changes of', () => {
      test('an AccessKey: created, disabled, enabled, deleted, restored, deleted for good', async () => {
        const { key, UserName } = await newUser(mayGetOrders);
        const named = { UserName, UserAccessKeyId: key.accessKeyId };
        await guard.untilVerdict('Allow', key);
        assert.equal(await guard.verdict({ ...key, accessKeySecret: 'guessed' }), 'SignatureDoesNotMatch');
        assert.equal(
          await guard.verdict({ ...key, securityToken: 'CAIS' }),
          'InvalidSecurityToken.MismatchWithAccessKey',
        );
        await admin('UpdateAccessKey', { ...named, Status: 'Inactive' });
        await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
        await admin('UpdateAccessKey', { ...named, Status: 'Active' });
        await guard.untilVerdict('Allow', key);
        await admin('DeleteAccessKey', named);
        await guard.untilVerdict('InvalidAccessKeyId.NotFound', key);
        const { accessKeyId: UserAccessKeyId } = key;
        const { UserId } = (await admin('GetUser', { UserName }))['User'] as { UserId: string };
        await ims('RestoreAccessKeyFromRecycleBin', { UserId, UserAccessKeyId });
        await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
        await admin('UpdateAccessKey', { ...named, Status: 'Active' });
        await guard.untilVerdict('Allow', key);
        await admin('DeleteAccessKey', named);
        await ims('DeleteAccessKeyInRecycleBin', { UserId, UserAccessKeyId });
        await guard.untilVerdict('InvalidAccessKeyId.NotFound', key);
      });

      test("a user's policies: attached, replaced by a new version, rolled back, detached", async () => {
        const { key, UserName } = await newUser({ ...mayGetOrders, Action: 'orders:ListOrders' });
        const policy = { PolicyName: `more-${UserName}`, PolicyType: 'Custom' };
        await guard.untilVerdict('Deny', key);
        await admin('CreatePolicy', { ...policy, PolicyDocument: document(mayGetOrders) });
        await admin('AttachPolicyToUser', { ...policy, UserName });
        await guard.untilVerdict('Allow', key);
        const denied = document({ ...mayGetOrders, Effect: 'Deny' });
        await admin('CreatePolicyVersion', { ...policy, PolicyDocument: denied, SetAsDefault: 'true' });
        await guard.untilVerdict('Deny', key);
        await admin('SetDefaultPolicyVersion', { ...policy, VersionId: 'v1' });
        await guard.untilVerdict('Allow', key);
        await admin('DetachPolicyFromUser', { ...policy, UserName });
        await guard.untilVerdict('Deny', key);
      });

      test("a user's tags: set, changed, removed", async () => {
        const { key, UserName } = await newUser(mayGetOrders, {
          ...mayGetOrders,
          Effect: 'Deny',
          Condition: { StringEquals: { 'acs:PrincipalTag/Team': 'blue' } },
        });
        const named = {
          ResourceType: 'user',
          'ResourcePrincipalName.1': `${UserName}@${account.domain}`,
        };
        const tag = (Value: string) =>
          ims('TagResources', { ...named, 'Tag.1.Key': 'TEAM', 'Tag.1.Value': Value });
        await guard.untilVerdict('Allow', key);
        await tag('blue');
        await guard.untilVerdict('Deny', key);
        await tag('red');
        await guard.untilVerdict('Allow', key);
        await tag('blue');
        await guard.untilVerdict('Deny', key);
        await ims('UntagResources', { ...named, 'TagKey.1': 'TEAM' });
        await guard.untilVerdict('Allow', key);
      });

      test('a policy that was deleted, and another one of its name', async () => {
        const { key, UserName } = await newUser({ ...mayGetOrders, Action: 'orders:ListOrders' });
        const policy = { PolicyName: `again-${UserName}`, PolicyType: 'Custom' };
        await admin('CreatePolicy', { ...policy, PolicyDocument: document(mayGetOrders) });
        await admin('AttachPolicyToUser', { ...policy, UserName });
        await guard.untilVerdict('Allow', key);
        await admin('DetachPolicyFromUser', { ...policy, UserName });
        await admin('DeletePolicy', policy);
        const another = document({ ...mayGetOrders, Action: 'orders:DeleteOrder' });
        await admin('CreatePolicy', { ...policy, PolicyDocument: another });
        await admin('AttachPolicyToUser', { ...policy, UserName });
        await guard.untilVerdict('Allow', key, 'orders:DeleteOrder');
        assert.equal(await guard.verdict(key), 'Deny');
      });

      test('system policies, and the account settings that allow users something on themselves', async () => {
        const { key, UserName } = await newUser(mayGetOrders);
        await admin('AttachPolicyToUser', {
          UserName,
          PolicyName: 'AliyunRAMReadOnlyAccess',
          PolicyType: 'System',
        });
        await guard.untilVerdict('Allow', key, 'ram:ListUsers');
        const own = `acs:ram:*:${account.accountId}:user/${UserName}`;
        const others = `acs:ram:*:${account.accountId}:user/guard`;
        assert.equal(await guard.verdict(key, 'ram:CreateAccessKey', own), 'Deny');
        await ims('SetSecurityPreference', { AllowUserToManageAccessKeys: 'true' });
        await guard.untilVerdict('Allow', key, 'ram:CreateAccessKey', own);
        assert.equal(await guard.verdict(key, 'ram:CreateAccessKey', others), 'Deny');
      });

      test('groups: joined, given a policy, left', async () => {
        const { key, UserName } = await newUser({ ...mayGetOrders, Action: 'orders:ListOrders' });
        const policy = { PolicyName: `group-${UserName}`, PolicyType: 'Custom' };
        const GroupName = `group-${UserName}`;
        await admin('CreateGroup', { GroupName });
        await admin('CreatePolicy', { ...policy, PolicyDocument: document(mayGetOrders) });
        await admin('AddUserToGroup', { UserName, GroupName });
        await admin('AttachPolicyToGroup', { ...policy, GroupName });
        await guard.untilVerdict('Allow', key);
        await admin('DetachPolicyFromGroup', { ...policy, GroupName });
        await guard.untilVerdict('Deny', key);
        await admin('AttachPolicyToGroup', { ...policy, GroupName });
        await guard.untilVerdict('Allow', key);
        await admin('RemoveUserFromGroup', { UserName, GroupName });
        await guard.untilVerdict('Deny', key);
      });

      test('network policies, of a key and of the account', async () => {
        const { key, UserName } = await newUser(mayGetOrders);
        const from = (address: string) =>
          JSON.stringify({
            Status: 'Active',
            Statements: [{ Type: 'ClassicWhiteList', IPList: [address] }],
          });
        const judged = async (address: string) => guard.verdict(key, undefined, undefined, address);
        const until = (expected: string, address: string) =>
          guard.untilVerdict(expected, key, undefined, undefined, address);
        // The guard and the administrator call from this machine.
        await ims('SetAccessKeyPolicyForAccount', { AccessKeyPolicy: from('127.0.0.0/8') });
        await until('Forbidden.AccessKeyNetworkPolicy', '198.51.100.7');
        assert.equal(await judged('127.0.0.1'), 'Allow');
        await ims('SetAccessKeyPolicy', {
          UserPrincipalName: `${UserName}@${account.domain}`,
          UserAccessKeyId: key.accessKeyId,
          AccessKeyPolicy: from('198.51.100.0/24'),
        });
        await until('Allow', '198.51.100.7');
        assert.equal(await judged('127.0.0.1'), 'Forbidden.AccessKeyNetworkPolicy');
      });

      test('users: renamed, deleted, restored', async () => {
        const { key, UserName } = await newUser(mayGetOrders, {
          Effect: 'Deny',
          Action: 'orders:*',
          Resource: '*',
          Condition: { StringEquals: { 'acs:PrincipalARN': `acs:ram::${account.accountId}:user/renamed` } },
        });
        await guard.untilVerdict('Allow', key);
        await admin('UpdateUser', { UserName, NewUserName: 'renamed' });
        await guard.untilVerdict('Deny', key);
        const { UserId } = (await admin('GetUser', { UserName: 'renamed' }))['User'] as { UserId: string };
        await ims('DeleteUser', { UserPrincipalName: `renamed@${account.domain}` });
        await guard.untilVerdict('InvalidAccessKeyId.NotFound', key);
        await ims('RestoreUserFromRecycleBin', { UserId });
        await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
      });

      test('keys of the account root, which have every permission', async () => {
        const key = await account.rootKey();
        await guard.untilVerdict('Allow', key, 'whatever:IsAsked');
      });

      test('the account: when it is disabled every key is, and new connections are refused', async () => {
        const { key } = await newUser(mayGetOrders);
        await guard.untilVerdict('Allow', key);
        const setStatus = (status: 'Active' | 'Disabled') =>
          server.services.store.write((transaction) =>
            setAccountStatus(transaction, account.accountId, status, Date.now()),
          );
        await setStatus('Disabled');
        // The guard's own key is disabled too, so the last it receives is either this or the end.
        await guard.until(
          async () =>
            guard.state.phase === 'away' || (await guard.verdict(key)) === 'InvalidAccessKeyId.Inactive',
        );
        guard.time.fire();
        await guard.until(() => guard.state.problem?.includes('InvalidAccessKeyId.Inactive') === true);
        guard.time.ahead += 5 * minute + 1;
        assert.equal(await guard.verdict(key), stale);
        await setStatus('Active');
        guard.time.fire();
        await guard.untilVerdict('Allow', key);
      });
    });

    describe('verifies role sessions:', () => {
      const trust = (...principals: string[]) =>
        document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: principals } });

      const makeRole = async (RoleName: string, trusted = `acs:ram::${account.accountId}:root`) => {
        await admin('CreateRole', { RoleName, AssumeRolePolicyDocument: trust(trusted) });
        const policy = { PolicyName: `role-${RoleName}`, PolicyType: 'Custom' };
        await admin('CreatePolicy', { ...policy, PolicyDocument: document(mayGetOrders) });
        await admin('AttachPolicyToRole', { ...policy, RoleName });
        return `acs:ram::${account.accountId}:role/${RoleName}`;
      };

      const assume = async (
        by: ClientKey,
        RoleArn: string,
        more: Record<string, unknown> = {},
      ): Promise<ClientKey> => {
        const answer = await server
          .clients(by)
          .callRpc('2015-04-01', 'AssumeRole', { RoleArn, RoleSessionName: 'visit', ...more });
        const { AccessKeyId, AccessKeySecret, SecurityToken } = answer['Credentials'] as Record<
          string,
          string
        >;
        return { accessKeyId: AccessKeyId!, accessKeySecret: AccessKeySecret!, securityToken: SecurityToken };
      };

      const mayAssume = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' };
      const asked = () => line.sent.toString('latin1').split('ResolveSecurityToken').length - 1;

      test('a token is resolved once, and its secret has to sign', async () => {
        const { key } = await newUser(mayAssume);
        const session = await assume(key, await makeRole('once'));
        assert.equal(await guard.verdict(session), 'Allow');
        assert.equal(await guard.verdict(session), 'Allow');
        assert.equal(await guard.verdict(session, 'orders:DeleteOrder'), 'Deny');
        assert.equal(asked(), 1);
        assert.equal(
          await guard.verdict({ ...session, accessKeySecret: 'guessed' }),
          'SignatureDoesNotMatch',
        );
        assert.equal(await guard.verdict({ ...session, securityToken: undefined }), 'MissingSecurityToken');
      });

      test('a session policy restricts', async () => {
        const { key } = await newUser(mayAssume);
        const Policy = document({ ...mayGetOrders, Resource: 'acs:orders:*:1:order/2' });
        const session = await assume(key, await makeRole('narrow'), { Policy });
        assert.equal(await guard.verdict(session), 'Deny');
        assert.equal(await guard.verdict(session, undefined, 'acs:orders:*:1:order/2'), 'Allow');
      });

      test('the tags of its role count, and change with it', async () => {
        const { key } = await newUser(mayAssume);
        const RoleArn = await makeRole('tagged');
        await admin('CreatePolicyVersion', {
          PolicyName: 'role-tagged',
          SetAsDefault: 'true',
          PolicyDocument: document(mayGetOrders, {
            ...mayGetOrders,
            Effect: 'Deny',
            Condition: { StringEquals: { 'acs:PrincipalTag/team': 'blue' } },
          }),
        });
        const session = await assume(key, RoleArn);
        await guard.untilVerdict('Allow', session);
        await admin('TagResources', {
          ResourceType: 'role',
          'ResourceNames.1': 'tagged',
          'Tag.1.Key': 'team',
          'Tag.1.Value': 'blue',
        });
        await guard.untilVerdict('Deny', session);
      });

      test('an invalid token is refused, and resolved once', async () => {
        const made = { accessKeyId: 'STS.AbsentAbsentAbsentAbsent', accessKeySecret: 'x' };
        const malformed = { ...made, securityToken: 'no token' };
        for (let time = 0; time < 3; time += 1) {
          assert.equal(await guard.verdict(malformed), 'InvalidSecurityToken.Malformed');
        }
        assert.equal(asked(), 1);
        const { key } = await newUser(mayAssume);
        const session = await assume(key, await makeRole('other-key'));
        assert.equal(
          await guard.verdict({ ...session, accessKeyId: made.accessKeyId }),
          'InvalidSecurityToken.MismatchWithAccessKey',
        );
      });

      test('a session ends with its role', async () => {
        const { key } = await newUser(mayAssume);
        const session = await assume(key, await makeRole('ends'));
        assert.equal(await guard.verdict(session), 'Allow');
        await admin('DetachPolicyFromRole', {
          RoleName: 'ends',
          PolicyName: 'role-ends',
          PolicyType: 'Custom',
        });
        await guard.untilVerdict('Deny', session);
        await admin('DeleteRole', { RoleName: 'ends' });
        await guard.untilVerdict('InvalidAccessKeyId.NotFound', session);
      });

      test('a session ends with the key that opened it, for good', async () => {
        const { key, UserName } = await newUser(mayAssume);
        const session = await assume(key, await makeRole('key-ends'));
        assert.equal(await guard.verdict(session), 'Allow');
        const named = { UserName, UserAccessKeyId: key.accessKeyId };
        await admin('UpdateAccessKey', { ...named, Status: 'Inactive' });
        await guard.untilVerdict('InvalidSecurityToken', session);
        await admin('UpdateAccessKey', { ...named, Status: 'Active' });
        guard.time.ahead += 11_000;
        assert.equal(await guard.verdict(session), 'InvalidAccessKeyId.NotFound');
      });

      test('a session opened from another account ends with the key there', async () => {
        const other = await server.newAccount();
        const key = await userWith(server, other, 'visitor', mayAssume);
        const session = await assume(key, await makeRole('visited', `acs:ram::${other.accountId}:root`));
        assert.equal(await guard.verdict(session), 'Allow');
        await other.admin.callRpc(RAM, 'UpdateAccessKey', {
          UserName: 'visitor',
          UserAccessKeyId: key.accessKeyId,
          Status: 'Inactive',
        });
        await guard.untilVerdict('InvalidSecurityToken', session);
        assert.ok(!line.received.includes(key.accessKeyId));
      });

      test('a session of another account is unknown', async () => {
        const other = await server.newAccount();
        const key = await userWith(server, other, 'elsewhere', mayAssume);
        await other.admin.callRpc(RAM, 'CreateRole', {
          RoleName: 'theirs',
          AssumeRolePolicyDocument: trust(`acs:ram::${other.accountId}:root`),
        });
        const session = await assume(key, `acs:ram::${other.accountId}:role/theirs`);
        assert.equal(await guard.verdict(session), 'InvalidAccessKeyId.NotFound');
      });

      test('while the control plane is unreachable, known sessions are decided and others are not', async () => {
        const { key } = await newUser(mayAssume);
        const arn = await makeRole('away');
        const [known, unknown] = [await assume(key, arn), await assume(key, arn)];
        assert.equal(await guard.verdict(known), 'Allow');
        await line.close();
        await guard.until(() => guard.state.phase === 'away');
        assert.equal(await guard.verdict(known), 'Allow');
        assert.equal(await guard.verdict(unknown), 'ServiceUnavailable.ControlPlane');
        guard.time.ahead += 5 * minute + 1;
        assert.equal(await guard.verdict(known), stale);
        line = await RecordedConnection.to(server.url);
      });
    });

    describe('without the control plane', () => {
      test('decides for five minutes, then refuses everything, and recovers by itself', async () => {
        const { key, UserName } = await newUser(mayGetOrders);
        await guard.untilVerdict('Allow', key);
        line.down = true;
        await guard.until(() => guard.state.phase === 'away');
        await admin('UpdateAccessKey', {
          UserName,
          UserAccessKeyId: key.accessKeyId,
          Status: 'Inactive',
        });
        guard.time.ahead += 4 * minute;
        assert.equal(await guard.verdict(key), 'Allow');
        guard.time.ahead += 1 * minute;
        assert.equal(guard.state.phase, 'stale');
        assert.equal(await guard.verdict(key), stale);
        guard.time.fire();
        await guard.until(() => guard.time.waits.length > 0);
        assert.equal(await guard.verdict(key), stale);
        line.down = false;
        guard.time.fire();
        await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
        assert.equal(guard.state.phase, 'current');
      });

      test('retries at growing intervals, up to half a minute', async () => {
        line.down = true;
        const waits: number[] = [];
        for (let time = 0; time < 10; time += 1) {
          await guard.until(() => guard.state.phase !== 'current' && guard.time.waits.length === 1);
          waits.push(...guard.time.waits);
          guard.time.fire();
        }
        assert.deepEqual(
          waits,
          [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000].map((wait) => wait * 0.75),
        );
      });

      test('takes an open connection without data for lost', async () => {
        line.silent = true;
        guard.time.fire(10_000);
        guard.time.fire(10_000);
        await guard.until(() => guard.state.phase === 'away');
        assert.match(guard.state.problem ?? '', /silent/);
        line.silent = false;
        guard.time.fire();
        await guard.until(() => guard.state.phase === 'current');
      });

      test('is as old as the time of sending, not of receipt', async () => {
        const { key } = await newUser(mayGetOrders);
        await guard.untilVerdict('Allow', key);
        // The next heartbeat arrives, but it was sent long ago by this clock: the guard's machine was
        // suspended meanwhile.
        guard.time.ahead += 5 * minute + 1;
        assert.equal(await guard.verdict(key), stale);
        await newUser(mayGetOrders);
        await guard.until(() => guard.state.phase === 'stale' && !guard.time.waits.includes(10_000));
        guard.time.fire();
        await guard.untilVerdict('Allow', key);
      });

      test('refuses everything before the first copy is complete, and after it was closed', async () => {
        const { key } = await newUser(mayGetOrders);
        line.down = true;
        const another = open(guardKey);
        assert.equal(another.state.phase, 'loading');
        assert.equal(await another.verdict(key), stale);
        line.down = false;
        await another.until(() => another.time.waits.length === 1);
        another.time.fire();
        await another.source.ready();
        assert.equal(await another.verdict(key), 'Allow');
        await another.close();
        assert.equal(await another.verdict(key), stale);
        await assert.rejects(another.source.ready(), /closed/);
      });

      test('ignores an incomplete load', async () => {
        const { key } = await newUser(mayGetOrders);
        await manyUsers(600);
        await guard.until(() => guard.state.accessKeys === 602);
        line.forget();
        const whole = open(guardKey);
        await whole.source.ready();
        assert.equal(whole.state.accessKeys, 602);
        const bytes = line.received.length;
        for (const part of [0.05, 0.2, 0.4, 0.6, 0.8, 0.95]) {
          line.breakAfter(Math.floor(bytes * part));
          const half = open(guardKey);
          await half.until(() => half.time.waits.length === 1 && half.state.problem !== undefined);
          assert.equal(half.state.phase, 'loading', `${part}`);
          assert.equal(await half.verdict(key), stale);
          line.breakAfter(undefined);
          half.time.fire();
          await half.source.ready();
          assert.equal(await half.verdict(key), 'Allow');
        }
      });
    });

    describe('continues after a reconnection', () => {
      const away = async () => {
        line.down = true;
        await guard.until(() => guard.state.phase === 'away');
        line.down = false;
        line.forget();
      };

      /** Returns the records that a new guard receives. */
      const wholeLoad = async () => {
        line.forget();
        const another = open(guardKey);
        await another.source.ready();
        const bytes = line.received.length;
        await another.close();
        line.forget();
        return bytes;
      };

      const fill = async () => {
        for (let at = 0; at < 4; at += 1) await newUser(mayGetOrders);
        const statements = Array.from({ length: 40 }, (_, at) => ({
          ...mayGetOrders,
          Resource: `acs:orders:*:*:order/number-${at}`,
        }));
        return newUser(mayGetOrders, ...statements);
      };

      test('with the changes made meanwhile only', async () => {
        const { key } = await fill();
        await guard.untilVerdict('Allow', key);
        // More changes than are read again as a safety margin.
        await server.services.store.write(async ({ changed }) => {
          for (let at = 0; at < 1100; at += 1) {
            changed({ accountId: '1', topic: 'user', subject: `${at}` });
          }
        });
        const marker = await newUser(mayGetOrders);
        await guard.untilVerdict('Allow', marker.key);
        await away();
        const { key: added } = await newUser(mayGetOrders);
        await admin('DeleteAccessKey', {
          UserName: marker.UserName,
          UserAccessKeyId: marker.key.accessKeyId,
        });
        guard.time.fire();
        await guard.untilVerdict('Allow', added);
        await guard.untilVerdict('InvalidAccessKeyId.NotFound', marker.key);
        assert.equal(await guard.verdict(key), 'Allow');
        const bytes = line.received.length;
        assert.ok(bytes < (await wholeLoad()) / 2, `${bytes} bytes`);
      });

      test('with everything, if the log no longer reaches back', async () => {
        const { key, UserName } = await fill();
        await guard.untilVerdict('Allow', key);
        await away();
        await admin('DeleteAccessKey', { UserName, UserAccessKeyId: key.accessKeyId });
        await server.services.store.write(({ queries }) => queries.deleteFrom('changes').execute());
        guard.time.fire();
        await guard.untilVerdict('InvalidAccessKeyId.NotFound', key);
        const bytes = line.received.length;
        assert.ok(bytes > (await wholeLoad()) / 2, `${bytes} bytes`);
      });

      test('with everything, if the database is not the same', async () => {
        const { key } = await fill();
        await guard.untilVerdict('Allow', key);
        await away();
        // As in a restored backup: the same revisions were written at other times.
        await server.services.store.write(async ({ queries }) => {
          await queries
            .updateTable('changes')
            .set((row) => ({ changed_at: row('changed_at', '+', 1) }))
            .execute();
          await queries
            .updateTable('access_keys')
            .set({ status: 'Inactive' })
            .where('access_key_id', '=', key.accessKeyId)
            .execute();
        });
        guard.time.fire();
        await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
      });

      test('also at a server that was started again', async () => {
        const { key, UserName } = await newUser(mayGetOrders);
        await guard.untilVerdict('Allow', key);
        await server.restart();
        await guard.until(() => guard.state.phase === 'away');
        assert.equal(await guard.verdict(key), 'Allow');
        await admin('UpdateAccessKey', {
          UserName,
          UserAccessKeyId: key.accessKeyId,
          Status: 'Inactive',
        });
        guard.time.fire();
        await guard.untilVerdict('InvalidAccessKeyId.Inactive', key);
      });
    });

    describe('is sent', () => {
      const refusalOf = async (key: ClientKey, guardName?: string) => {
        const refused = open(key, guardName === undefined ? {} : { guardName });
        return refused.source.ready().then(
          () => 'OK',
          (error: { readonly code: string; readonly httpStatus: number }) =>
            `${error.code} ${error.httpStatus}`,
        );
      };

      test('to a registered guard, and to no other caller whatever its policies', async () => {
        const named = (Action: string) => ({ Effect: 'Allow', Action, Resource: '*' });
        const orders = await server.newGuard(account, 'orders');
        assert.equal(await refusalOf(orders, 'orders'), 'OK');
        assert.equal(await refusalOf(orders, 'invoices'), 'NoPermission 403');
        assert.equal(await refusalOf(orders), 'OK', 'its credential says which it is');
        for (const action of ['*', 'claviger:*', 'claviger:ReplicateCredentials']) {
          const { key } = await newUser(named(action));
          assert.equal(await refusalOf(key, 'orders'), 'NoPermission 403', action);
        }
        assert.equal(await refusalOf(account.key), 'NoPermission 403', 'the administrator of RAM');
        assert.equal(await refusalOf(await account.rootKey()), 'NoPermission 403', 'the root');
        const guessed = { ...guardKey, accessKeySecret: 'guessed' };
        assert.equal(await refusalOf(guessed), 'SignatureDoesNotMatch 400');
      });

      test('with the permission to resolve tokens, and no other', async () => {
        const ask = async (key: ClientKey, GuardName = 'orders') => {
          const { code, body } = await callRaw(server.url, key, 'ACS3 with a form', {
            version: OWN,
            action: 'ResolveSecurityToken',
            parameters: {
              GuardName,
              PublicKey: new KeyAgreement().publicKey,
              SessionAccessKeyId: 'STS.AbsentAbsentAbsentAbsent',
              SessionToken: 'no token',
            },
          });
          return code === 'OK' ? body['Problem'] : code;
        };
        const orders = await server.newGuard(account, 'orders');
        assert.equal(await ask(orders), 'InvalidSecurityToken.Malformed');
        assert.equal(await ask(orders, 'invoices'), 'NoPermission');
        const { key } = await newUser({
          Effect: 'Allow',
          Action: 'claviger:ReplicateCredentials',
          Resource: '*',
        });
        assert.equal(await ask(key), 'NoPermission');
      });

      test('no longer, once the guard is disabled or the account’s network policy excludes it', async () => {
        await setGuardStatusOf(server, guardKey, 'Disabled');
        await guard.until(() => guard.state.phase === 'away');
        guard.time.fire();
        await guard.until(() => guard.state.problem?.includes('InvalidAccessKeyId.Inactive') === true);
        await setGuardStatusOf(server, guardKey, 'Active');
        guard.time.fire();
        await guard.until(() => guard.state.phase === 'current');
        await account.admin.call(IMS, 'SetAccessKeyPolicyForAccount', {
          AccessKeyPolicy: JSON.stringify({
            Status: 'Active',
            Statements: [{ Type: 'ClassicWhiteList', IPList: ['192.0.2.1'] }],
          }),
        });
        await guard.until(() => guard.state.phase === 'away');
      });

      test('for the guard’s own account only', async () => {
        const other = await server.newAccount();
        const key = await userWith(server, other, 'theirs', mayGetOrders);
        const root = await other.rootKey();
        const { key: own } = await newUser(mayGetOrders);
        await guard.untilVerdict('Allow', own);
        for (const theirs of [key, root, other.key]) {
          assert.equal(await guard.verdict(theirs), 'InvalidAccessKeyId.NotFound');
        }
        // The administrator and the new user.
        assert.equal(guard.state.accessKeys, 2);
        assert.equal(guard.state.users, 2);
        assert.equal(guard.state.accountId, account.accountId);
      });

      test('sealed: the connection carries no secret, document or name in clear', async () => {
        const { key, UserName } = await newUser(mayGetOrders);
        const root = await account.rootKey();
        await guard.until(() => guard.state.accessKeys === 3);
        assert.equal(await guard.verdict(key), 'Allow');
        const another = open(guardKey);
        await another.source.ready();
        const bytes = Buffer.concat([line.received, line.sent]);
        assert.ok(bytes.length > 1000);
        for (const secret of [key, root, guardKey, account.key].map((one) => one.accessKeySecret)) {
          for (const encoding of ['latin1', 'utf16le', 'hex', 'base64', 'base64url'] as const) {
            const text = Buffer.from(secret).toString(encoding);
            const form = encoding === 'utf16le' ? Buffer.from(secret, encoding) : text.replace(/=+$/, '');
            assert.ok(!bytes.includes(form), encoding);
          }
        }
        for (const name of [key.accessKeyId, UserName, 'orders:GetOrder']) {
          assert.ok(!bytes.includes(name), name);
        }
        const logged = server.log.join('\n');
        for (const { accessKeySecret } of [key, root, guardKey]) assert.ok(!logged.includes(accessKeySecret));
      });

      test('over TLS, or to this machine', async () => {
        const call = {
          version: OWN,
          action: 'ReplicateCredentials',
          parameters: { PublicKey: 'A'.repeat(43) },
        };
        // The proxy is not trusted and sets no header, so this is the machine itself; the shared key is
        // invalid.
        const own = await callRaw(server.url, guardKey, 'ACS3 with a form', call);
        assert.equal(own.code, 'InvalidParameter.PublicKey.Format');
        const behind = await start({ configuration: { trustedProxies: '127.0.0.1' } });
        const key = await behind.newGuard(behind.account);
        const through = async (...headers: [string, string][]) => {
          const request = signedRequest(behind.url, key, 'ACS3 with a form', { ...call, format: 'JSON' });
          return readJson(await send(behind.url, request, headers)).code;
        };
        const from = ['X-Forwarded-For', '198.51.100.7'] as [string, string];
        assert.equal(await through(from), 'InvalidProtocol.NeedSsl');
        assert.equal(await through(from, ['X-Forwarded-Proto', 'http']), 'InvalidProtocol.NeedSsl');
        assert.equal(
          await through(from, ['X-Forwarded-Proto', 'https']),
          'InvalidParameter.PublicKey.Format',
        );
      });

      test('over TLS, to a client that trusts the certificate', async () => {
        const secure = await start({ configuration: { tls: 'auto' } });
        const key = await secure.newGuard(secure.account);
        const ca = readFileSync(join(secure.directory, 'tls', 'cert.pem'), 'utf8');
        const trusting = ReplicatedGuard.open(secure.url, key, { ca });
        guards.push(trusting);
        await trusting.source.ready();
        assert.equal(trusting.state.phase, 'current');
        const doubting = ReplicatedGuard.open(secure.url, key);
        guards.push(doubting);
        await doubting.until(() => doubting.state.problem !== undefined);
        assert.match(doubting.state.problem ?? '', /certificate/);
        assert.equal(doubting.state.phase, 'loading');
      });

      test('and audited at its beginning and end, with the receiver', async () => {
        const strict = await start({ configuration: { audit: 'strict' } });
        const key = await strict.newGuard(strict.account, 'watched');
        const watched = ReplicatedGuard.open(strict.url, key, { guardName: 'watched' });
        await watched.source.ready();
        const events = () =>
          strict.services.store.queries
            .selectFrom('audit_records')
            .selectAll()
            .where('event_name', 'in', ['ReplicateCredentials', 'DisconnectGuard'])
            .orderBy('event_time')
            .execute();
        const [begun, ...more] = await events();
        assert.deepEqual(more, []);
        await watched.close();
        let all = await events();
        while (all.length < 2) {
          await new Promise(setImmediate);
          all = await events();
        }
        assert.deepEqual(
          all.map((event) => [event.event_name, event.event_rw, event.user_name, event.source_ip]).sort(),
          [
            ['DisconnectGuard', 'Read', 'watched', '127.0.0.1'],
            ['ReplicateCredentials', 'Read', 'watched', '127.0.0.1'],
          ],
        );
        const told = eventOf(begun!) as unknown as {
          readonly userIdentity: { readonly type: string };
          readonly requestParameters: Readonly<Record<string, string>>;
        };
        assert.equal(told.userIdentity.type, 'claviger-guard');
        assert.match(told.requestParameters['GuardVersion'] ?? '', /^\d+\.\d+\.\d+/);
      });
    });
  });
});
