import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { AssumeRoleRequest } from '@alicloud/sts20150401';
import { type SignOptions, signRequest } from '@claviger/signature';
import type { ClientKey } from './clients.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

type Scheme = 'ACS3-HMAC-SHA256' | 'RPC-HMAC-SHA1';
const schemes: readonly Scheme[] = ['ACS3-HMAC-SHA256', 'RPC-HMAC-SHA1'];
const minute = 60_000;

let nonces = 0;

/** A signed GetCallerIdentity, which may then be sent, twice, or changed. */
function signed(url: string, key: ClientKey, scheme: Scheme, now = Date.now(), target = '/') {
  const { host } = new URL(url);
  const options = {
    scheme,
    now,
    nonce: `road-${process.pid}-${++nonces}`,
    action: 'GetCallerIdentity',
    version: '2015-04-01',
    ...(scheme === 'RPC-HMAC-SHA1' ? { format: 'JSON' } : {}),
  } as SignOptions;
  const headers: [string, string][] = [
    ['host', host],
    ['accept', 'application/json'],
  ];
  const { accessKeyId, accessKeySecret } = key;
  return signRequest({ method: 'POST', target, headers }, { accessKeyId, accessKeySecret }, options);
}

async function send(url: string, request: ReturnType<typeof signed>) {
  const headers: [string, string][] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at] ?? '';
    if (name.toLowerCase() !== 'host') headers.push([name, request.rawHeaders[at + 1] ?? '']);
  }
  const answer = await fetch(`${url}${request.target}`, {
    method: request.method,
    headers,
    ...(request.body.length > 0 ? { body: Buffer.from(request.body) } : {}),
  });
  const body = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, code: body['Code'], message: String(body['Message'] ?? ''), body };
}

eachServer((_, start) => {
  describe('the road', () => {
    let server: TestServer;
    let user: TestUser;

    before(async () => {
      server = await start();
      user = await server.newUser(server.account, 'traveller');
    });

    for (const scheme of schemes) {
      test(`${scheme}: a request counts once`, async () => {
        const request = signed(server.url, user.key, scheme);
        assert.equal((await send(server.url, request)).status, 200);
        const again = await send(server.url, request);
        assert.deepEqual([again.status, again.code], [400, 'SignatureNonceUsed']);
      });

      test(`${scheme}: a nonce of a forged request is not used up`, async () => {
        const request = signed(server.url, user.key, scheme);
        const forged = signed(server.url, { ...user.key, accessKeySecret: 'guessed' }, scheme);
        assert.equal((await send(server.url, forged)).code, 'SignatureDoesNotMatch');
        assert.equal((await send(server.url, request)).status, 200);
      });

      test(`${scheme}: a clock that is 16 minutes off is told by how much`, async () => {
        for (const offset of [-16 * minute, 16 * minute]) {
          const late = await send(server.url, signed(server.url, user.key, scheme, Date.now() + offset));
          assert.deepEqual([late.status, late.code], [400, 'InvalidTimeStamp.Expired']);
          assert.match(late.message, /Server time is \d{4}-.*Z, the request is 9[56]\d s (behind|ahead)/);
        }
        assert.equal(
          (await send(server.url, signed(server.url, user.key, scheme, Date.now() - 14 * minute))).status,
          200,
        );
      });

      test(`${scheme}: an unknown key, and a wrong secret with the string to sign`, async () => {
        const unknown = { ...user.key, accessKeyId: 'LTAI5tUnknownUnknownUnkn' };
        const answer = await send(server.url, signed(server.url, unknown, scheme));
        assert.deepEqual([answer.status, answer.code], [404, 'InvalidAccessKeyId.NotFound']);
        const wrong = await send(
          server.url,
          signed(server.url, { ...user.key, accessKeySecret: 'x' }, scheme),
        );
        assert.deepEqual([wrong.status, wrong.code], [400, 'SignatureDoesNotMatch']);
        assert.match(wrong.message, /server string to sign is:(POST|ACS3)/);
      });
    }

    test('a parameter in query and form is refused, and so is one that stands twice', async () => {
      const request = signed(server.url, user.key, 'RPC-HMAC-SHA1');
      const [name = ''] = request.target.slice(2).split('=');
      const twice = await fetch(`${server.url}${request.target}&${name}=x`, { method: 'POST' });
      assert.equal(twice.status, 400);
      const both = await fetch(`${server.url}${request.target}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `${name}=x`,
      });
      assert.equal(both.status, 400);
    });

    test('an unsigned request is refused, whatever it asks for', async () => {
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

    test('unknown versions and actions have their codes; what RAM has and is not built says so', async () => {
      await refused(user.clients.callRpc('2001-01-01', 'GetUser'), 'InvalidVersion', 400);
      await refused(user.clients.callRpc('2015-05-01', 'GetUnicorn'), 'InvalidAction.NotFound', 404);
      await refused(user.clients.callRpc('2015-05-01', 'getuser'), 'InvalidAction.NotFound', 404);
    });

    test('an inactive key, one in the recycle bin and one of a deleted user sign nothing', async () => {
      const { admin } = server.account;
      const other = await server.newUser(server.account, 'leaver');
      const whoAmI = () => other.clients.callRpc('2015-04-01', 'GetCallerIdentity');
      const key = { UserName: 'leaver', UserAccessKeyId: other.key.accessKeyId };
      await whoAmI();
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Inactive' });
      await refused(whoAmI(), 'InvalidAccessKeyId.Inactive', 400);
      await refused(other.clients.sts.getCallerIdentity(), 'InvalidAccessKeyId.Inactive', 400);
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Active' });
      await whoAmI();
      await admin.callRpc('2015-05-01', 'DeleteAccessKey', key);
      await refused(whoAmI(), 'InvalidAccessKeyId.NotFound', 404);
      const inBin = { UserId: other.userId, UserAccessKeyId: other.key.accessKeyId };
      await admin.callRpc('2019-08-15', 'RestoreAccessKeyFromRecycleBin', inBin);
      await admin.callRpc('2015-05-01', 'UpdateAccessKey', { ...key, Status: 'Active' });
      await whoAmI();
      await admin.callRpc('2019-08-15', 'DeleteUser', { UserPrincipalName: other.userPrincipalName });
      await refused(whoAmI(), 'InvalidAccessKeyId.NotFound', 404);
    });

    test('a key is refused from another network, after its signature holds, and says from where', async () => {
      const { admin } = server.account;
      const bound = await server.newUser(server.account, 'bound');
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
      const error = await refused(
        bound.clients.sts.getCallerIdentity(),
        'Forbidden.AccessKeyNetworkPolicy',
        403,
      );
      assert.match(error.message, /127\.0\.0\.1/);
      const forged = server.clients({ ...bound.key, accessKeySecret: 'guessed' });
      await refused(forged.sts.getCallerIdentity(), 'SignatureDoesNotMatch', 400);
      await restrictTo(['203.0.113.0/24', '127.0.0.1']);
      await bound.clients.sts.getCallerIdentity();
    });

    test('a temporary key needs its own token, and ends with role and issuer', async () => {
      const { admin, accountId } = server.account;
      await admin.callRpc('2015-05-01', 'CreateRole', {
        RoleName: 'guest',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } },
          ],
        }),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'traveller',
        PolicyName: 'AliyunSTSAssumeRoleAccess',
        PolicyType: 'System',
      });
      const assume = async () => {
        const { body } = await user.clients.sts.assumeRole(
          new AssumeRoleRequest({ roleArn: `acs:ram::${accountId}:role/guest`, roleSessionName: 'visit' }),
        );
        const { accessKeyId = '', accessKeySecret = '', securityToken } = body?.credentials ?? {};
        return { accessKeyId, accessKeySecret, securityToken };
      };
      const key = await assume();
      const other = await assume();
      const identity = await server.clients(key).sts.getCallerIdentity();
      assert.equal(identity.body?.identityType, 'AssumedRoleUser');
      const with_ = (securityToken: string | undefined) =>
        server.clients({ ...key, securityToken }).callRpc('2015-04-01', 'GetCallerIdentity');
      await refused(with_(undefined), 'MissingSecurityToken', 400);
      await refused(with_('not a token'), 'InvalidSecurityToken.Malformed', 400);
      await refused(with_(other.securityToken), 'InvalidSecurityToken.MismatchWithAccessKey', 400);
      const permanent = server.clients({ ...user.key, securityToken: key.securityToken });
      await refused(
        permanent.callRpc('2015-04-01', 'GetCallerIdentity'),
        'InvalidSecurityToken.MismatchWithAccessKey',
        400,
      );
      await with_(key.securityToken);
      await admin.callRpc('2015-05-01', 'DeleteRole', { RoleName: 'guest' });
      await refused(with_(key.securityToken), 'InvalidAccessKeyId.NotFound', 404);
    });

    test('what a client says of its address and its TLS is not believed', async () => {
      const { admin } = server.account;
      await server.newUser(server.account, 'liar');
      await admin.callRpc('2015-05-01', 'CreatePolicy', {
        PolicyName: 'from-inside',
        PolicyDocument: JSON.stringify({
          Version: '1',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'ram:ListUsers',
              Resource: '*',
              Condition: { IpAddress: { 'acs:SourceIp': '10.1.2.3' } },
            },
          ],
        }),
      });
      await admin.callRpc('2015-05-01', 'AttachPolicyToUser', {
        UserName: 'liar',
        PolicyName: 'from-inside',
        PolicyType: 'Custom',
      });
      const made = await admin.callRpc('2015-05-01', 'CreateAccessKey', { UserName: 'liar' });
      const pair = made['AccessKey'] as { readonly AccessKeyId: string; readonly AccessKeySecret: string };
      const liar = server.clients({ accessKeyId: pair.AccessKeyId, accessKeySecret: pair.AccessKeySecret });
      await refused(
        liar.callRpc('2015-05-01', 'ListUsers', { SourceIp: '10.1.2.3', SecureTransport: 'true' }),
        'NoPermission',
        403,
      );
    });

    test('a server that was started again refuses what the last one has served', async () => {
      const own = await start();
      const traveller = await own.newUser(own.account, 'traveller');
      const read = signed(own.url, traveller.key, 'ACS3-HMAC-SHA256');
      assert.equal((await send(own.url, read)).status, 200);
      await own.restart();
      assert.equal((await send(own.url, read)).code, 'SignatureNonceUsed');
      assert.equal((await send(own.url, signed(own.url, traveller.key, 'RPC-HMAC-SHA1'))).status, 200);
    });
  });
});
