/** A guard receives the least that it needs; what it cannot verify, the control plane verifies. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { type GuardRequest, NonceMemory } from '@claviger/guard';
import { Guard, readSignature } from '@claviger/guard/internal';
import { signRequest } from '@claviger/signature';
import type { ClientKey } from './clients.ts';
import { callRaw } from './raw-request.ts';
import { RecordedConnection } from './recorded-connection.ts';
import { document, ReplicatedGuard, userWith } from './replicated-guard.ts';
import { eachServer, type GuardKey, type TestAccount, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const OWN = '2026-11-24';

const allow = (...Action: string[]) => ({ Effect: 'Allow', Action, Resource: '*' });

eachServer((_, start) => {
  describe('the replicated credential of a key', () => {
    let server: TestServer;
    let account: TestAccount;
    let key: GuardKey;
    let line: RecordedConnection;
    let copy: ReplicatedGuard;

    before(async () => {
      server = await start();
    });

    beforeEach(async () => {
      account = await server.newAccount();
      key = await server.newGuard(account, 'orders-1', ['orders']);
      line = await RecordedConnection.to(server.url);
      copy = ReplicatedGuard.open(line.url, key, { guardName: 'orders-1' });
      await copy.source.ready();
    });

    afterEach(async () => {
      await copy.close();
      await line.close();
    });

    /**
     * Returns whether the guard verifies ACS3 signatures of a key by itself; `undefined` if it does not know the key.
     */
    const verifies = ({ accessKeyId }: ClientKey) => {
      const found = copy.source.find(accessKeyId, undefined);
      assert.ok(!(found instanceof Promise));
      if (typeof found === 'string') return undefined;
      assert.ok(!found.signingKey.canVerify('RPC-HMAC-SHA1'), 'no guard has anything but a verifier of ACS3');
      return found.signingKey.canVerify('ACS3-HMAC-SHA256');
    };

    const admin = (action: string, parameters: Record<string, string>) =>
      account.admin.callRpc(RAM, action, parameters);

    /** Checks one request, perhaps twice, at a guard of its own. */
    const guarding = () => {
      const guard = new Guard({ source: copy.source, nonces: new NonceMemory(), now: Date.now });
      return async (request: GuardRequest) => {
        const signature = readSignature(request);
        if ('refused' in signature) return signature.code;
        const identity = await guard.authenticate(request, signature, { product: 'orders', region: '*' });
        return identity.refused ? identity.code : identity.principal.arn;
      };
    };

    const signed = (
      { accessKeyId, accessKeySecret, securityToken }: ClientKey,
      scheme: 'ACS3-HMAC-SHA256' | 'RPC-HMAC-SHA1',
    ): GuardRequest => ({
      ...signRequest(
        {
          method: 'GET',
          target: scheme === 'RPC-HMAC-SHA1' ? '/?Action=GetOrder&Version=1' : '/orders/1',
          headers: [['host', 'orders.example']],
        },
        { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) },
        { scheme, now: Date.now(), nonce: randomUUID() },
      ),
      peerAddress: '198.51.100.7',
      secure: true,
    });

    test('has a verifier if a service of the guard needs the key and the key can change no identity', async () => {
      const cases: [name: string, statements: object[], expected: boolean, reason: string][] = [
        ['reader', [allow('orders:GetOrder')], true, ''],
        ['wildcard', [allow('o*s:*')], true, ''],
        ['and-reads', [allow('orders:*', 'ram:Get*', 'ram:List*')], true, ''],
        ['other', [allow('invoices:*')], false, 'NoServiceAllowed'],
        ['nothing', [{ ...allow('orders:*'), Effect: 'Deny' }], false, 'NoServiceAllowed'],
        ['everything', [allow('*')], false, 'ChangesIdentities'],
        ['power', [allow('*'), { ...allow('ram:*', 'ims:*'), Effect: 'Deny' }], false, 'ChangesIdentities'],
        ['keys', [allow('orders:*', 'ram:CreateAccessKey')], false, 'ChangesIdentities'],
        ['assumer', [allow('orders:*', 'sts:AssumeRole')], false, 'ChangesIdentities'],
        ['pattern', [allow('orders:*', 'ra?:*User')], false, 'ChangesIdentities'],
        [
          'all-but',
          [{ Effect: 'Allow', NotAction: ['ram:*', 'ims:*', 'sts:*', 'claviger:*'], Resource: '*' }],
          true,
          '',
        ],
        [
          'all-but-one',
          [{ Effect: 'Allow', NotAction: ['ram:*', 'ims:*', 'sts:*'], Resource: '*' }],
          false,
          'ChangesIdentities',
        ],
      ];
      const keys = new Map<string, ClientKey>();
      for (const [name, statements] of cases) {
        keys.set(name, await userWith(server, account, name, ...statements));
      }
      const root = await account.rootKey();
      await copy.until(() => verifies(root) !== undefined);
      const listed = await callRaw(server.url, keys.get('everything')!, 'ACS3 with a form', {
        version: OWN,
        action: 'ListGuardAccessKeys',
        parameters: { GuardName: 'orders-1' },
      });
      const rows = listed.body['AccessKeys'] as readonly Readonly<Record<string, string>>[];
      const rowOf = ({ accessKeyId }: ClientKey) => rows.find((row) => row['AccessKeyId'] === accessKeyId);
      for (const [name, , expected, reason] of cases) {
        const one = keys.get(name)!;
        assert.equal(verifies(one), expected, name);
        assert.deepEqual(
          [rowOf(one)?.['UserName'], rowOf(one)?.['VerifiedBy'], rowOf(one)?.['Reason']],
          [name, expected ? 'Guard' : 'ControlPlane', reason],
        );
      }
      assert.equal(verifies(root), false);
      assert.deepEqual([rowOf(root)?.['VerifiedBy'], rowOf(root)?.['Reason']], ['ControlPlane', 'Root']);
    });

    test('follows policy changes: of users, groups, versions and account settings', async () => {
      const one = await userWith(server, account, 'moving', allow('orders:GetOrder'));
      await copy.until(() => verifies(one) === true);
      const attached = { UserName: 'moving', PolicyName: 'AdministratorAccess', PolicyType: 'System' };
      await admin('AttachPolicyToUser', attached);
      await copy.until(() => verifies(one) === false);
      await admin('DetachPolicyFromUser', attached);
      await copy.until(() => verifies(one) === true);
      await admin('CreatePolicyVersion', {
        PolicyName: 'moving',
        PolicyDocument: document(allow('orders:GetOrder', 'ram:CreateUser')),
        SetAsDefault: 'true',
      });
      await copy.until(() => verifies(one) === false);
      await admin('SetDefaultPolicyVersion', { PolicyName: 'moving', VersionId: 'v1' });
      await copy.until(() => verifies(one) === true);
      await admin('CreateGroup', { GroupName: 'team' });
      await admin('AddUserToGroup', { GroupName: 'team', UserName: 'moving' });
      const toGroup = { GroupName: 'team', PolicyName: 'AliyunRAMFullAccess', PolicyType: 'System' };
      await admin('AttachPolicyToGroup', toGroup);
      await copy.until(() => verifies(one) === false);
      await admin('DetachPolicyFromGroup', toGroup);
      await copy.until(() => verifies(one) === true);
      await account.admin.call('2019-08-15', 'SetSecurityPreference', {
        AllowUserToManageAccessKeys: 'true',
      });
      await copy.until(() => verifies(one) === false);
      await account.admin.call('2019-08-15', 'SetSecurityPreference', {
        AllowUserToManageAccessKeys: 'false',
      });
      await copy.until(() => verifies(one) === true);
    });

    test('changes when the guard is registered for other services', async () => {
      const orders = await userWith(server, account, 'orders', allow('orders:*'));
      const invoices = await userWith(server, account, 'invoices', allow('invoices:*'));
      await copy.until(() => verifies(orders) === true && verifies(invoices) === false);
      await server.setGuardServices(account, 'orders-1', ['invoices']);
      await copy.until(() => copy.state.phase === 'away');
      copy.time.fire();
      await copy.until(() => verifies(orders) === false && verifies(invoices) === true);
    });

    test('is limited to the services that the guard protects, and replaced when those change', async () => {
      const orders = await userWith(server, account, 'orders', allow('orders:*'));
      const invoices = await userWith(server, account, 'invoices', allow('invoices:*'));
      await server.setGuardServices(account, 'orders-1', ['orders', 'invoices']);
      await copy.until(() => copy.state.phase === 'away');
      copy.time.fire();
      await copy.until(() => verifies(orders) === true && verifies(invoices) === true);
      const before = copy.source.find(invoices.accessKeyId, undefined);
      assert.ok(!(before instanceof Promise) && typeof before !== 'string');
      copy.source.setServices(['ORDERS', 'payments']);
      await copy.until(() => verifies(orders) === true && verifies(invoices) === false);
      await copy.until(() => !before.signingKey.canVerify('ACS3-HMAC-SHA256'));
      copy.source.setServices(['payments']);
      await copy.until(() => verifies(orders) === false && verifies(invoices) === false);
      copy.source.setServices(['invoices']);
      await copy.until(() => verifies(orders) === false && verifies(invoices) === true);
      await copy.close();
      copy = ReplicatedGuard.open(line.url, key, { services: ['orders'] });
      await copy.source.ready();
      assert.deepEqual([verifies(orders), verifies(invoices)], [true, false]);
    });

    test('verifies nothing once it is stale, or derived for a service that is no longer protected', async () => {
      const orders = await userWith(server, account, 'orders', allow('orders:*'));
      await copy.until(() => verifies(orders) === true);
      const before = copy.source.find(orders.accessKeyId, undefined);
      assert.ok(!(before instanceof Promise) && typeof before !== 'string');
      line.down = true;
      await copy.until(() => copy.state.phase === 'away');
      copy.source.setServices(['payments']);
      await copy.until(() => copy.state.phase === 'away');
      copy.time.ahead += 600_000;
      copy.time.fire();
      await copy.until(() => copy.state.phase === 'loading');
      assert.ok(!before.signingKey.canVerify('ACS3-HMAC-SHA256'));
    });

    test('is removed when the key was read before the removal of the guard', async () => {
      const orders = await userWith(server, account, 'orders', allow('orders:*'));
      await copy.until(() => verifies(orders) === true);
      const before = copy.source.find(orders.accessKeyId, undefined);
      assert.ok(!(before instanceof Promise) && typeof before !== 'string');
      await server.removeGuard(account, 'orders-1');
      await copy.until(() => copy.state.phase === 'away');
      copy.time.fire();
      await copy.until(() => copy.state.phase === 'loading');
      assert.equal(copy.state.bytes, 0);
      assert.ok(!before.signingKey.canVerify('ACS3-HMAC-SHA256'));
    });

    test('without a verifier is verified by the control plane, which answers once for each signature', async () => {
      const reader = await userWith(server, account, 'reader', allow('orders:GetOrder'));
      const root = await account.rootKey();
      await copy.until(() => verifies(root) !== undefined && verifies(reader) === true);
      const check = guarding();
      const rootArn = `acs:ram::${account.accountId}:root`;
      const readerArn = `acs:ram::${account.accountId}:user/reader`;
      assert.equal(await check(signed(reader, 'ACS3-HMAC-SHA256')), readerArn);
      assert.equal(copy.source.questions.confirmed, 0);
      const byRoot = signed(root, 'ACS3-HMAC-SHA256');
      assert.equal(await check(byRoot), rootArn);
      assert.equal(await check(signed(root, 'RPC-HMAC-SHA1')), rootArn);
      assert.equal(await check(signed(reader, 'RPC-HMAC-SHA1')), readerArn);
      assert.equal(copy.source.questions.confirmed, 3);
      assert.equal(await check(byRoot), 'SignatureNonceUsed');
      assert.equal(await guarding()(byRoot), 'SignatureNonceUsed', 'at any guard');
      const guessed = { ...root, accessKeySecret: 'guessed' };
      assert.equal(await check(signed(guessed, 'ACS3-HMAC-SHA256')), 'SignatureDoesNotMatch');
      assert.equal(
        await check(signed({ ...root, accessKeyId: key.accessKeyId }, 'ACS3-HMAC-SHA256')),
        'InvalidAccessKeyId.NotFound',
      );
      line.down = true;
      await copy.until(() => copy.state.phase === 'away');
      assert.equal(await check(signed(root, 'ACS3-HMAC-SHA256')), 'ServiceUnavailable.ControlPlane');
      assert.equal(await check(signed(reader, 'ACS3-HMAC-SHA256')), readerArn);
    });

    test('follows the same rule for role sessions', async () => {
      const user = await userWith(server, account, 'assumer', allow('sts:AssumeRole'));
      const roleWith = async (RoleName: string, ...statements: object[]): Promise<ClientKey> => {
        await admin('CreateRole', {
          RoleName,
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '1',
            Statement: [
              {
                Effect: 'Allow',
                Action: 'sts:AssumeRole',
                Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
              },
            ],
          }),
        });
        const policy = { PolicyName: RoleName, PolicyType: 'Custom' };
        await admin('CreatePolicy', { ...policy, PolicyDocument: document(...statements) });
        await admin('AttachPolicyToRole', { ...policy, RoleName });
        const made = await server.clients(user).call('2015-04-01', 'AssumeRole', {
          RoleArn: `acs:ram::${account.accountId}:role/${RoleName}`,
          RoleSessionName: 'visit',
        });
        const pair = made['Credentials'] as Readonly<Record<string, string>>;
        return {
          accessKeyId: pair['AccessKeyId']!,
          accessKeySecret: pair['AccessKeySecret']!,
          securityToken: pair['SecurityToken']!,
        };
      };
      const reads = await roleWith('reads', allow('orders:*'));
      const rules = await roleWith('rules', allow('*'));
      const check = guarding();
      const arnOf = (name: string) => `acs:ram::${account.accountId}:assumed-role/${name}/visit`;
      assert.equal(await check(signed(reads, 'ACS3-HMAC-SHA256')), arnOf('reads'));
      assert.equal(copy.source.questions.confirmed, 0);
      assert.equal(await check(signed(rules, 'ACS3-HMAC-SHA256')), arnOf('rules'));
      assert.equal(copy.source.questions.confirmed, 1);
    });
  });
});
