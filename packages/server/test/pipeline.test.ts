/**
 * The pipeline of every request, through the public surface: each reason for a refusal has its own code and status,
 * with any kind of signature.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import sts from '@alicloud/sts20150401';
import { setAccountStatus } from '../src/accounts/create-account.ts';
import { describedOperations } from '../src/api/described-operations.ts';
import { anonymousOperations, operations } from '../src/api/operations.ts';
import { implementedOperations } from '../src/claviger.ts';
import { Refusal } from '../src/errors/refusal.ts';
import { Registry } from '../src/pipeline/registry.ts';
import type { ClientKey } from './clients.ts';
import { callRaw, type JsonAnswer, readJson, send, signedRequest, ways } from './raw-request.ts';
import { eachServer, refused, type TestAccount, type TestServer, type TestUser } from './server.ts';

const minute = 60_000;

const outcome = ({ status, code }: JsonAnswer) => [status, code];

/** Creates a role that every principal of the account may assume, and permits one user to do so. */
async function makeRole(account: TestAccount, roleName: string, userName: string): Promise<string> {
  await account.admin.callRpc('2015-05-01', 'CreateRole', {
    RoleName: roleName,
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
  await account.admin
    .callRpc('2015-05-01', 'AttachPolicyToUser', {
      UserName: userName,
      PolicyName: 'AliyunSTSAssumeRoleAccess',
      PolicyType: 'System',
    })
    .catch((error: { code: string }) => assert.equal(error.code, 'EntityAlreadyExists.User.Policy'));
  return `acs:ram::${account.accountId}:role/${roleName}`;
}

async function assume(user: TestUser, roleArn: string, durationSeconds = 900): Promise<ClientKey> {
  const { body } = await user.clients.sts.assumeRole(
    new sts.AssumeRoleRequest({ roleArn, roleSessionName: 'visit', durationSeconds }),
  );
  const { accessKeyId = '', accessKeySecret = '', securityToken } = body?.credentials ?? {};
  return { accessKeyId, accessKeySecret, securityToken };
}

eachServer((_, start) => {
  describe('the pipeline', () => {
    let server: TestServer;
    let user: TestUser;
    /** Milliseconds that the server's clock is ahead of the clients'. */
    let ahead = 0;

    before(async () => {
      server = await start({ now: () => Date.now() + ahead });
      user = await server.newUser(server.account, 'traveller');
    });

    /** Creates a user with a key for one test. */
    const newUser = (userName: string) => server.newUser(server.account, userName);

    /** Asserts that a key is answered so, with any kind of signature. */
    async function answersAll(key: ClientKey, code: string, status: number): Promise<void> {
      for (const way of ways) {
        const answer = await callRaw(server.url, key, way);
        assert.deepEqual(outcome(answer), [status, code], `${way}: ${answer.message}`);
      }
      const clients = server.clients(key);
      if (code === 'OK') {
        await clients.sts.getCallerIdentity();
        await clients.callRpc('2015-04-01', 'GetCallerIdentity', {}, 'GET');
      } else {
        await refused(clients.sts.getCallerIdentity(), code, status);
        await refused(clients.callRpc('2015-04-01', 'GetCallerIdentity', {}, 'GET'), code, status);
      }
    }

    for (const way of ways) {
      describe(way, () => {
        test('a request counts once', async () => {
          const request = signedRequest(server.url, user.key, way, { format: 'JSON' });
          assert.equal((await send(server.url, request)).status, 200);
          const again = readJson(await send(server.url, request));
          assert.deepEqual(outcome(again), [400, 'SignatureNonceUsed']);
        });

        test('of ten concurrent copies of a request one is accepted', async () => {
          const request = signedRequest(server.url, user.key, way, { format: 'JSON' });
          const answers = await Promise.all(Array.from({ length: 10 }, () => send(server.url, request)));
          const codes = answers.map((answer) => readJson(answer).code).sort();
          assert.deepEqual(codes, ['OK', ...Array.from({ length: 9 }, () => 'SignatureNonceUsed')]);
        });

        test('a nonce belongs to its key: another key may use the same', async () => {
          const nonce = `shared-by-${way}-${process.pid}`;
          assert.equal((await callRaw(server.url, user.key, way, { nonce })).code, 'OK');
          assert.equal((await callRaw(server.url, server.account.key, way, { nonce })).code, 'OK');
          assert.equal((await callRaw(server.url, user.key, way, { nonce })).code, 'SignatureNonceUsed');
        });

        test('a nonce of a forged request is not used up', async () => {
          const nonce = `forged-${way}-${process.pid}`;
          const forger = { ...user.key, accessKeySecret: 'guessed' };
          assert.equal((await callRaw(server.url, forger, way, { nonce })).code, 'SignatureDoesNotMatch');
          assert.equal((await callRaw(server.url, user.key, way, { nonce })).code, 'OK');
        });

        test('a clock that is 16 minutes off is refused with the difference', async () => {
          for (const offset of [-16 * minute, 16 * minute]) {
            const late = await callRaw(server.url, user.key, way, { now: Date.now() + offset });
            assert.deepEqual(outcome(late), [400, 'InvalidTimeStamp.Expired']);
            assert.match(late.message, /Server time is \d{4}-.*Z, the request is 9[56]\d s (behind|ahead)/);
          }
          for (const offset of [-14 * minute, 14 * minute]) {
            const answer = await callRaw(server.url, user.key, way, { now: Date.now() + offset });
            assert.equal(answer.code, 'OK', answer.message);
          }
        });

        test('an unknown key is refused, and a wrong secret with the string to sign', async () => {
          const unknown = { ...user.key, accessKeyId: 'LTAI5tUnknownUnknownUnkn' };
          const answer = await callRaw(server.url, unknown, way);
          assert.deepEqual(outcome(answer), [404, 'InvalidAccessKeyId.NotFound']);
          const wrong = await callRaw(server.url, { ...user.key, accessKeySecret: 'x' }, way);
          assert.deepEqual(outcome(wrong), [400, 'SignatureDoesNotMatch']);
          assert.match(
            wrong.message,
            way.startsWith('RPC')
              ? /server string to sign is:(GET|POST)&%2F&/
              : /server string to sign is:POST\n\/\n/,
          );
        });

        test('unknown versions and actions have their codes, with the names as sent', async () => {
          for (const [version, action, status, code] of [
            ['2001-01-01', 'GetUser', 400, 'InvalidVersion'],
            ['2015-05-01', 'GetUnicorn', 404, 'InvalidAction.NotFound'],
            ['2015-05-01', 'getuser', 404, 'InvalidAction.NotFound'],
            ['2015-05-01', 'toString', 404, 'InvalidAction.NotFound'],
            ['2015-05-01', '__proto__', 404, 'InvalidAction.NotFound'],
            // IMS has it, RAM does not.
            ['2015-05-01', 'ListAccessKeysInRecycleBin', 404, 'InvalidAction.NotFound'],
          ] as const) {
            const answer = await callRaw(server.url, user.key, way, { version, action });
            assert.deepEqual(outcome(answer), [status, code], `${version} ${action}`);
          }
        });
      });
    }

    test('an operation of RAM that is not implemented is refused as such, with a link', async () => {
      const built = new Set(
        [...operations, ...anonymousOperations].map(({ version, name }) => `${version} ${name}`),
      );
      const missing = describedOperations().filter(({ version, name }) => !built.has(`${version} ${name}`));
      for (const { version, name } of missing.slice(0, 3)) {
        const answer = await callRaw(server.url, user.key, 'ACS3', { version, action: name });
        assert.deepEqual(outcome(answer), [400, 'InvalidAction.NotBuilt']);
        assert.match(answer.message, new RegExp(`${name}.*README`));
      }
      // Also when everything is implemented.
      const without = new Registry([], ['2015-05-01 GetUser']);
      assert.throws(
        () => without.find('2015-05-01', 'GetUser'),
        (error) => error instanceof Refusal && error.code === 'InvalidAction.NotBuilt',
      );
      for (const { version, name } of missing) {
        assert.throws(() => implementedOperations().find(version, name), { code: 'InvalidAction.NotBuilt' });
      }
    });

    test('a parameter in query and form is refused, and so is a duplicate one', async () => {
      for (const way of ways) {
        const parameters = { UserName: 'traveller' };
        const call = { version: '2015-05-01', action: 'GetUser', parameters };
        const request = signedRequest(server.url, server.account.key, way, { ...call, format: 'JSON' });
        const form = Buffer.from(request.body).toString();
        const inForm = request.body.length > 0;
        const both = inForm
          ? { ...request, target: '/?UserName=administrator' }
          : {
              ...request,
              method: 'POST',
              rawHeaders: [...request.rawHeaders, 'content-type', 'application/x-www-form-urlencoded'],
              body: Buffer.from('UserName=administrator'),
            };
        const twice = inForm
          ? { ...request, body: Buffer.from(`${form}&UserName=administrator`) }
          : { ...request, target: `${request.target}&UserName=administrator` };
        for (const changed of [both, twice]) {
          const answer = readJson(await send(server.url, changed));
          assert.deepEqual(outcome(answer), [400, 'InvalidParameter.Duplicate'], `${way}: ${answer.message}`);
          assert.match(answer.message, /`UserName`/);
        }
        assert.equal((await send(server.url, request)).status, 200, 'as it was signed it is good');
      }
    });

    test('an unsigned request is refused for every operation', async () => {
      for (const [action, version] of [
        ['CreateUser', '2015-05-01'],
        ['GetCallerIdentity', '2015-04-01'],
        ['ListUsers', '2019-08-15'],
      ]) {
        const answer = await fetch(`${server.url}/?Action=${action}&Version=${version}&Format=JSON`, {
          method: 'POST',
        });
        const body = (await answer.json()) as { readonly Code: string };
        assert.deepEqual([answer.status, body.Code], [400, 'MissingAccessKeyId']);
      }
    });

    test('an inactive, recycled or deleted key is refused; a restored one is accepted', async () => {
      const { admin } = server.account;
      const other = await newUser('leaver');
      const key = { UserName: 'leaver', UserAccessKeyId: other.key.accessKeyId };
      const inBin = { UserId: other.userId, UserAccessKeyId: other.key.accessKeyId };
      await answersAll(other.key, 'OK', 200);
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Inactive' });
      await answersAll(other.key, 'InvalidAccessKeyId.Inactive', 400);
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Active' });
      await answersAll(other.key, 'OK', 200);
      await admin.callRpc('2015-05-01', 'DeleteAccessKey', key);
      await answersAll(other.key, 'InvalidAccessKeyId.NotFound', 404);
      await admin.callRpc('2019-08-15', 'RestoreAccessKeyFromRecycleBin', inBin);
      await answersAll(other.key, 'InvalidAccessKeyId.Inactive', 400);
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Active' });
      await answersAll(other.key, 'OK', 200);
      await admin.callRpc('2015-05-01', 'DeleteAccessKey', key);
      await admin.callRpc('2019-08-15', 'DeleteAccessKeyInRecycleBin', inBin);
      await answersAll(other.key, 'InvalidAccessKeyId.NotFound', 404);
    });

    test('a key of a deleted user is refused like an unknown key, in the recycle bin and after it', async () => {
      const { admin } = server.account;
      const other = await newUser('deleted');
      await answersAll(other.key, 'OK', 200);
      await admin.callRpc('2019-08-15', 'DeleteUser', { UserPrincipalName: other.userPrincipalName });
      await answersAll(other.key, 'InvalidAccessKeyId.NotFound', 404);
      const gone = await callRaw(server.url, other.key, 'ACS3');
      const unknown = await callRaw(server.url, { ...other.key, accessKeyId: 'LTAI5tUnknown' }, 'ACS3');
      assert.equal(gone.message, unknown.message);
      await admin.callRpc('2019-08-15', 'DeleteUserInRecycleBin', { UserId: other.userId });
      await answersAll(other.key, 'InvalidAccessKeyId.NotFound', 404);
    });

    test('no key of a disabled account is accepted: of a user, of the root, or temporary', async () => {
      const account = await server.newAccount('suspended');
      const member = await server.newUser(account, 'member');
      const role = await makeRole(account, 'guest', 'member');
      const keys = [member.key, await account.rootKey()];
      const temporary = await assume(member, role);
      const setStatus = (status: 'Active' | 'Disabled') =>
        server.services.store.write((transaction) =>
          setAccountStatus(transaction, account.accountId, status, Date.now()),
        );
      for (const key of [...keys, temporary]) await answersAll(key, 'OK', 200);
      await setStatus('Disabled');
      for (const key of keys) await answersAll(key, 'InvalidAccessKeyId.Inactive', 400);
      await answersAll(temporary, 'InvalidAccessKeyId.NotFound', 404);
      await answersAll(user.key, 'OK', 200);
      await setStatus('Active');
      for (const key of keys) await answersAll(key, 'OK', 200);
      // Sessions that began before the account was disabled are over for good.
      await answersAll(temporary, 'InvalidAccessKeyId.NotFound', 404);
    });

    test('a key is refused from another network, once its signature is verified, and the message has the address', async () => {
      const { admin } = server.account;
      const bound = await newUser('bound');
      const restrictTo = (ips: string[]) =>
        admin.call('2019-08-15', 'SetAccessKeyPolicy', {
          UserPrincipalName: bound.userPrincipalName,
          UserAccessKeyId: bound.key.accessKeyId,
          AccessKeyPolicy: JSON.stringify({
            Status: 'Active',
            Statements: [{ Type: 'ClassicWhiteList', IPList: ips }],
          }),
        });
      await restrictTo(['203.0.113.0/24']);
      await answersAll(bound.key, 'Forbidden.AccessKeyNetworkPolicy', 403);
      const { message } = await callRaw(server.url, bound.key, 'ACS3');
      assert.match(message, /127\.0\.0\.1/);
      assert.match(message, /its own network policy/);
      await answersAll({ ...bound.key, accessKeySecret: 'guessed' }, 'SignatureDoesNotMatch', 400);
      await restrictTo(['203.0.113.0/24', '127.0.0.1']);
      await answersAll(bound.key, 'OK', 200);
    });

    test("the account's network policy refuses every permanent key and no temporary one", async () => {
      const account = await server.newAccount('walled');
      const member = await server.newUser(account, 'member');
      const temporary = await assume(member, await makeRole(account, 'guest', 'member'));
      await account.admin.call('2019-08-15', 'SetAccessKeyPolicyForAccount', {
        AccessKeyPolicy: JSON.stringify({
          Status: 'Active',
          Statements: [{ Type: 'ClassicWhiteList', IPList: ['203.0.113.0/24'] }],
        }),
      });
      for (const key of [member.key, account.key]) {
        await answersAll(key, 'Forbidden.AccessKeyNetworkPolicy', 403);
      }
      assert.match((await callRaw(server.url, member.key, 'ACS3')).message, /the account's network policy/);
      await answersAll(temporary, 'OK', 200);
    });

    test('a temporary key needs its own token', async () => {
      const role = await makeRole(server.account, 'guest', 'traveller');
      const key = await assume(user, role);
      const other = await assume(user, role);
      const identity = await server.clients(key).sts.getCallerIdentity();
      assert.equal(identity.body?.identityType, 'AssumedRoleUser');
      const token = key.securityToken ?? '';
      const withToken = (securityToken: string | undefined) => ({ ...key, securityToken });
      await answersAll(withToken(undefined), 'MissingSecurityToken', 400);
      await answersAll(withToken('not a token'), 'InvalidSecurityToken.Malformed', 400);
      await answersAll(withToken(token.slice(0, -4)), 'InvalidSecurityToken.MismatchWithAccessKey', 400);
      await answersAll(withToken(other.securityToken), 'InvalidSecurityToken.MismatchWithAccessKey', 400);
      const withPermanent = { ...user.key, securityToken: token };
      await answersAll(withPermanent, 'InvalidSecurityToken.MismatchWithAccessKey', 400);
      await answersAll({ ...key, accessKeySecret: 'guessed' }, 'SignatureDoesNotMatch', 400);
      await answersAll(key, 'OK', 200);
    });

    test('a temporary key expires', async () => {
      const key = await assume(user, await makeRole(server.account, 'brief', 'traveller'));
      const outcomes = async () => {
        const now = Date.now() + ahead;
        const answers = [];
        for (const way of ways) answers.push(await callRaw(server.url, key, way, { now }));
        return new Set(answers.map(({ status, code }) => `${status} ${code}`));
      };
      try {
        ahead = 14 * minute;
        assert.deepEqual(await outcomes(), new Set(['200 OK']));
        ahead = 16 * minute;
        assert.deepEqual(await outcomes(), new Set(['400 InvalidSecurityToken.Expired']));
      } finally {
        ahead = 0;
      }
    });

    test('a temporary key ends with its role, also when a new role has the same name', async () => {
      const { admin } = server.account;
      const role = await makeRole(server.account, 'fleeting', 'traveller');
      const key = await assume(user, role);
      await answersAll(key, 'OK', 200);
      await admin.callRpc('2015-05-01', 'DeleteRole', { RoleName: 'fleeting' });
      await answersAll(key, 'InvalidAccessKeyId.NotFound', 404);
      await makeRole(server.account, 'fleeting', 'traveller');
      await answersAll(key, 'InvalidAccessKeyId.NotFound', 404);
    });

    test("the client's own statements about its address and TLS are ignored", async () => {
      const { admin } = server.account;
      const liar = await newUser('liar');
      for (const [name, condition] of Object.entries({
        'from-inside': { IpAddress: { 'acs:SourceIp': '10.1.2.3' } },
        'over-tls': { Bool: { 'acs:SecureTransport': 'true' } },
      })) {
        await admin.callRpc('2015-05-01', 'CreatePolicy', {
          PolicyName: name,
          PolicyDocument: JSON.stringify({
            Version: '1',
            Statement: [{ Effect: 'Allow', Action: 'ram:ListUsers', Resource: '*', Condition: condition }],
          }),
        });
        const attachment = { UserName: 'liar', PolicyName: name, PolicyType: 'Custom' };
        await admin.callRpc('2015-05-01', 'AttachPolicyToUser', attachment);
        for (const way of ways) {
          const answer = await callRaw(server.url, liar.key, way, {
            version: '2015-05-01',
            action: 'ListUsers',
            parameters: {
              SourceIp: '10.1.2.3',
              SecureTransport: 'true',
              'acs:SourceIp': '10.1.2.3',
              'acs:SecureTransport': 'true',
            },
          });
          assert.deepEqual(outcome(answer), [403, 'NoPermission'], `${name} by ${way}`);
        }
        await admin.callRpc('2015-05-01', 'DetachPolicyFromUser', attachment);
      }
    });

    test('the first fault is reported, in the order: key, token, time, signature, nonce, network', async () => {
      const { admin } = server.account;
      const careless = await newUser('careless');
      const key = { UserName: 'careless', UserAccessKeyId: careless.key.accessKeyId };
      const policy = {
        UserPrincipalName: careless.userPrincipalName,
        UserAccessKeyId: careless.key.accessKeyId,
        AccessKeyPolicy: JSON.stringify({
          Status: 'Active',
          Statements: [{ Type: 'ClassicWhiteList', IPList: ['203.0.113.7'] }],
        }),
      };
      const nonce = `careless-${process.pid}`;
      const old = Date.now() - 16 * minute;
      const wrong = { ...careless.key, accessKeySecret: 'guessed' };
      const unknown = { ...wrong, accessKeyId: 'LTAI5tUnknown' };
      const listUsers = { version: '2015-05-01', action: 'ListUsers', nonce };
      const code = async (who: ClientKey, now?: number) =>
        (await callRaw(server.url, who, 'ACS3', { ...listUsers, ...(now && { now }) })).code;

      assert.equal(await code(careless.key), 'NoPermission');
      await admin.callRpc('2019-08-15', 'SetAccessKeyPolicy', policy);
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Inactive' });
      assert.equal(await code(unknown, old), 'InvalidAccessKeyId.NotFound');
      assert.equal(await code(wrong, old), 'InvalidAccessKeyId.Inactive');
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Active' });
      assert.equal(
        await code({ ...wrong, securityToken: 'x' }, old),
        'InvalidSecurityToken.MismatchWithAccessKey',
      );
      assert.equal(await code(wrong, old), 'InvalidTimeStamp.Expired');
      assert.equal(await code(wrong), 'SignatureDoesNotMatch');
      assert.equal(await code(careless.key), 'SignatureNonceUsed');
      const fresh = await callRaw(server.url, careless.key, 'ACS3', { ...listUsers, nonce: `${nonce}-2` });
      assert.equal(fresh.code, 'Forbidden.AccessKeyNetworkPolicy');
    });
  });
});
