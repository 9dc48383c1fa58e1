/**
 * Requests that are signed by one program and sent by another, which learns who signed: `ack-ram-tool` for Kubernetes
 * clusters, and the Vault plug-in for Alibaba Cloud.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';
import type { SignedRequest } from '@claviger/signature';
import { implementedOperations } from '../src/claviger.ts';
import type { ClientKey } from './clients.ts';
import { callRaw, readJson, send } from './raw-request.ts';
import { eachServer, type TestAccount, type TestServer } from './server.ts';

const CLAVIGER = '2026-11-24';
const STS = '2015-04-01';
const MINUTE_MS = 60_000;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Presigned {
  readonly version?: string;
  readonly action?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly time?: number;
}

/** Headers of a token of `ack-ram-tool credential-plugin get-token`, signed with nothing but `node:crypto`. */
function presign(
  { accessKeyId, accessKeySecret, securityToken }: ClientKey,
  { version = STS, action = 'GetCallerIdentity', query = {}, time = Date.now() }: Presigned = {},
): Omit<SignedRequest, 'body'> {
  const headers: Record<string, string> = {
    'x-acs-action': action,
    'x-acs-content-sha256': sha256(''),
    'x-acs-date': new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    ...(securityToken !== undefined && { 'x-acs-security-token': securityToken }),
    'x-acs-version': version,
  };
  const names = Object.keys(headers).sort();
  const encoded = Object.entries({ ACKClusterId: 'c1', ...query })
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const fields = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = ['POST', '/', encoded, fields, names.join(';'), sha256('')].join('\n');
  const text = `ACS3-HMAC-SHA256\n${sha256(canonical)}`;
  const signature = createHmac('sha256', accessKeySecret).update(text).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return {
    method: 'POST',
    target: `/?${encoded}`,
    rawHeaders: [...Object.entries(headers).flat(), 'Authorization', authorization],
  };
}

/** Sends a presigned request as ack-ram-authenticator does: to its own host, with its own headers. */
async function verifiedBy(url: string, request: Omit<SignedRequest, 'body'>, host = new URL(url).host) {
  const own = [
    'Host',
    host,
    'User-Agent',
    'ack-ram-authenticator/v2',
    'Content-Length',
    '0',
    'Accept',
    'application/json',
  ];
  const rawHeaders = [...own, ...request.rawHeaders];
  return readJson(await send(url, { ...request, rawHeaders, body: new Uint8Array() }));
}

const trustOf = ({ accountId }: TestAccount) =>
  JSON.stringify({
    Version: '1',
    Statement: [
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } },
    ],
  });

/** Returns the keys of a role session. */
async function assumed(server: TestServer, account: TestAccount, roleName: string): Promise<ClientKey> {
  const { admin } = account;
  const assumeRolePolicyDocument = trustOf(account);
  const made = await admin.ram.createRole(new ram.CreateRoleRequest({ roleName, assumeRolePolicyDocument }));
  const user = await server.newUser(account, `${roleName}-user`);
  const attached = { userName: user.userName, policyName: 'AliyunSTSAssumeRoleAccess', policyType: 'System' };
  await admin.ram.attachPolicyToUser(new ram.AttachPolicyToUserRequest(attached));
  const roleArn = made.body!.role!.arn!;
  const { body } = await user.clients.sts.assumeRole(
    new sts.AssumeRoleRequest({ roleArn, roleSessionName: 'kubectl' }),
  );
  const { accessKeyId, accessKeySecret, securityToken } = body!.credentials!;
  return { accessKeyId: accessKeyId!, accessKeySecret: accessKeySecret!, securityToken: securityToken! };
}

eachServer((_, start) => {
  describe('a presigned GetCallerIdentity', () => {
    test('says who signed, to any host, as often as it is sent', async () => {
      const server = await start();
      const { accountId } = server.account;
      const alice = await server.newUser(server.account, 'alice');
      const token = presign(alice.key);
      for (const host of ['sts.cn-hangzhou.aliyuncs.com', 'sts-vpc.cn-hangzhou.aliyuncs.com', '127.0.0.1']) {
        const answer = await verifiedBy(server.url, token, host);
        assert.equal(answer.code, 'OK', answer.message);
        assert.equal(answer.body['Arn'], `acs:ram::${accountId}:user/alice`);
        assert.equal(answer.body['AccountId'], accountId);
      }
      const session = await assumed(server, server.account, 'kubernetes');
      const { body } = await verifiedBy(server.url, presign(session));
      assert.equal(body['Arn'], `acs:ram::${accountId}:assumed-role/kubernetes/kubectl`);
      assert.match(String(body['PrincipalId']), /^\d+:kubectl$/);
    });

    test('is refused 15 minutes after it was signed, and when its clock is ahead', async () => {
      const clock = { time: Date.now() };
      const server = await start({ now: () => clock.time });
      const time = Math.floor(clock.time / 1000) * 1000;
      const token = presign(server.account.key, { time });
      for (const [shift, code] of [
        [0, 'OK'],
        [15 * MINUTE_MS, 'OK'],
        [15 * MINUTE_MS + 1, 'InvalidTimeStamp.Expired'],
        [16 * MINUTE_MS, 'InvalidTimeStamp.Expired'],
        [-MINUTE_MS, 'OK'],
        [-MINUTE_MS - 1, 'InvalidTimeStamp.Expired'],
      ] as const) {
        clock.time = time + shift;
        assert.equal((await verifiedBy(server.url, token)).code, code, `${shift} ms`);
      }
    });

    test('is refused once its key is disabled, deleted, or its session revoked', async () => {
      const server = await start();
      const { account } = server;
      const bob = await server.newUser(account, 'bob');
      const token = presign(bob.key);
      assert.equal((await verifiedBy(server.url, token)).code, 'OK');
      const key = { userName: bob.userName, userAccessKeyId: bob.key.accessKeyId };
      await account.admin.ram.updateAccessKey(new ram.UpdateAccessKeyRequest({ ...key, status: 'Inactive' }));
      assert.equal((await verifiedBy(server.url, token)).code, 'InvalidAccessKeyId.Inactive');
      await account.admin.ram.updateAccessKey(new ram.UpdateAccessKeyRequest({ ...key, status: 'Active' }));
      assert.equal((await verifiedBy(server.url, token)).code, 'OK');
      await account.admin.ram.deleteAccessKey(new ram.DeleteAccessKeyRequest(key));
      assert.equal((await verifiedBy(server.url, token)).code, 'InvalidAccessKeyId.NotFound');
      const session = await assumed(server, account, 'revoked');
      const ofSession = presign(session);
      assert.equal((await verifiedBy(server.url, ofSession)).code, 'OK');
      await callRaw(server.url, await account.rootKey(), 'ACS3', {
        version: CLAVIGER,
        action: 'RevokeSessions',
        parameters: { Target: 'Role', RoleName: 'revoked' },
      });
      assert.match((await verifiedBy(server.url, ofSession)).code, /^Invalid(AccessKeyId|SecurityToken)\./);
    });

    test('with a changed part is refused', async () => {
      const server = await start();
      const token = presign(server.account.key);
      const changed = (name: string, value: string) => ({
        ...token,
        rawHeaders: token.rawHeaders.map((each, at) => (token.rawHeaders[at - 1] === name ? value : each)),
      });
      const later = new Date(Date.now() + 30_000).toISOString().replace(/\.\d{3}Z$/, 'Z');
      assert.equal(
        (await verifiedBy(server.url, changed('x-acs-date', later))).code,
        'SignatureDoesNotMatch',
      );
      const other = { ...token, target: '/?ACKClusterId=c2' };
      assert.equal((await verifiedBy(server.url, other)).code, 'SignatureDoesNotMatch');
      const nonce = { ...token, rawHeaders: ['x-acs-signature-nonce', randomUUID(), ...token.rawHeaders] };
      assert.equal((await verifiedBy(server.url, nonce)).code, 'IncompleteSignature');
    });

    test('leaves neither signature nor nonce in its audit record', async () => {
      const server = await start({ configuration: { audit: 'strict' } });
      const { account } = server;
      const token = presign(account.key);
      assert.equal((await verifiedBy(server.url, token)).code, 'OK');
      const signature = token.rawHeaders.at(-1)!.split('Signature=')[1]!;
      const { body } = await callRaw(server.url, await account.rootKey(), 'ACS3', {
        version: '2020-07-06',
        action: 'LookupEvents',
        parameters: { 'LookupAttribute.1.Key': 'EventName', 'LookupAttribute.1.Value': 'GetCallerIdentity' },
      });
      const events = JSON.stringify(body['Events']);
      assert.ok(events.includes('GetCallerIdentity'));
      assert.ok(!events.includes(signature));
    });

    test('of every other operation is refused, with and without its parameters', async () => {
      const server = await start();
      const root = await server.account.rootKey();
      const operations = [...implementedOperations().all()];
      assert.ok(operations.length > 150);
      const refused: string[] = [];
      for (const { version, name } of operations) {
        for (const query of [
          {},
          { UserName: 'administrator', RoleName: 'x', Action: name, Version: version },
        ]) {
          const { code, message } = await verifiedBy(
            server.url,
            presign(root, { version, action: name, query }),
          );
          if (name === 'GetCallerIdentity' && version === STS) continue;
          assert.equal(code, 'IncompleteSignature', `${version} ${name}`);
          assert.match(message, /`host` must be signed/);
        }
        refused.push(name);
      }
      assert.equal(refused.length, operations.length);
    });

    test('names its operation in a signed header, not in the query', async () => {
      const server = await start();
      const query = { Action: 'CreateUser', Version: '2015-05-01', UserName: 'mallory' };
      const answer = await verifiedBy(server.url, presign(await server.account.rootKey(), { query }));
      assert.notEqual(answer.body['User'] !== undefined, true);
      const { body } = await server.account.admin.ram.listUsers(new ram.ListUsersRequest({}));
      assert.ok(!body!.users!.user!.some(({ userName }) => userName === 'mallory'));
    });

    test('is refused where the account does not allow it; the other setting stays, and it is allowed again', async () => {
      const server = await start();
      const account = await server.newAccount();
      const root = await account.rootKey();
      const token = presign(account.key);
      const own = (action: string, parameters = {}) =>
        callRaw(server.url, root, 'ACS3', { version: CLAVIGER, action, parameters });
      const settings = async () => {
        const { RequestId: _, ...rest } = (await own('GetAccountProtection')).body;
        return rest;
      };
      assert.deepEqual(await settings(), {
        CredentialChangesNeedMFA: false,
        PresignedIdentityAllowed: true,
        RoleSessionsEndWithAccessKey: true,
      });
      assert.equal((await own('SetAccountProtection', { PresignedIdentityAllowed: 'false' })).code, 'OK');
      const { code, message } = await verifiedBy(server.url, token);
      assert.equal(code, 'IncompleteSignature');
      assert.match(message, /presigned requests are not allowed in this account/);
      // Only that form: signed for this host it is accepted, and other accounts have their own setting.
      assert.equal((await callRaw(server.url, account.key, 'ACS3')).code, 'OK');
      assert.equal((await verifiedBy(server.url, presign(server.account.key))).code, 'OK');
      const wrong = presign({ ...account.key, accessKeySecret: 'wrong' });
      assert.equal((await verifiedBy(server.url, wrong)).code, 'SignatureDoesNotMatch');
      assert.equal((await own('SetAccountProtection', { PresignedIdentityAllowed: 'true' })).code, 'OK');
      assert.equal((await verifiedBy(server.url, token)).code, 'OK');
      assert.equal((await own('SetAccountProtection', { CredentialChangesNeedMFA: 'true' })).code, 'OK');
      assert.deepEqual(await settings(), {
        CredentialChangesNeedMFA: true,
        PresignedIdentityAllowed: true,
        RoleSessionsEndWithAccessKey: true,
      });
    });
  });

  describe("the login of Vault's plug-in for Alibaba Cloud", () => {
    /** `identity_request_url` and `identity_request_headers`, as the plug-in's client captures them. */
    function identityRequest({ accessKeyId, accessKeySecret, securityToken }: ClientKey) {
      const parameters: Record<string, string> = {
        AccessKeyId: accessKeyId,
        Action: 'GetCallerIdentity',
        Format: 'JSON',
        RegionId: 'us-west-2',
        ...(securityToken !== undefined && { SecurityToken: securityToken }),
        SignatureMethod: 'HMAC-SHA1',
        SignatureNonce: randomUUID(),
        SignatureType: '',
        SignatureVersion: '1.0',
        Timestamp: new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
        Version: STS,
      };
      const encode = (text: string) =>
        encodeURIComponent(text).replace(
          /[!'()*]/g,
          (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
        );
      const canonical = Object.entries(parameters)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, value]) => `${encode(name)}=${encode(value)}`)
        .join('&');
      const signature = createHmac('sha1', `${accessKeySecret}&`)
        .update(`POST&%2F&${encode(canonical)}`)
        .digest('base64');
      const headers = {
        'Accept-Encoding': 'identity',
        'Content-Type': 'application/x-www-form-urlencoded',
        'x-acs-action': 'GetCallerIdentity',
        'x-acs-version': STS,
        'x-sdk-client': 'golang/1.0.0',
        'x-sdk-invoke-type': 'common',
        'User-Agent': 'AlibabaCloud (linux; amd64) Golang/1.24 Core/1.62',
      };
      const url = `https://sts.us-west-2.aliyuncs.com/?${canonical}&Signature=${encode(signature)}`;
      return { identity_request_url: Buffer.from(url).toString('base64'), identity_request_headers: headers };
    }

    /** Sends it as the plug-in's server does. */
    async function login(
      server: TestServer,
      { identity_request_url, identity_request_headers }: ReturnType<typeof identityRequest>,
    ) {
      const url = new URL(Buffer.from(identity_request_url, 'base64').toString());
      assert.equal(url.protocol, 'https:');
      const rawHeaders = [
        'Host',
        url.host,
        ...Object.entries(identity_request_headers).flat(),
        'Content-Length',
        '0',
      ];
      const target = `${url.pathname}${url.search}`;
      return readJson(await send(server.url, { method: 'POST', target, rawHeaders, body: new Uint8Array() }));
    }

    test('says which role session signed, once', async () => {
      const server = await start();
      const session = await assumed(server, server.account, 'vault');
      const request = identityRequest(session);
      const { code, body } = await login(server, request);
      assert.equal(code, 'OK');
      assert.equal(body['Arn'], `acs:ram::${server.account.accountId}:assumed-role/vault/kubectl`);
      assert.equal(body['IdentityType'], 'AssumedRoleUser');
      assert.match(String(body['PrincipalId']), /^\d+:kubectl$/);
      assert.equal((await login(server, request)).code, 'SignatureNonceUsed');
      assert.equal(
        (await login(server, identityRequest({ ...session, accessKeySecret: 'other' }))).code,
        'SignatureDoesNotMatch',
      );
    });
  });
});
