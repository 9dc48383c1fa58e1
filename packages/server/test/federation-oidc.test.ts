/** Role sessions by tokens of an OpenID Connect identity provider, through the official clients. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';
import { SignJWT } from 'jose';
import { eventJson } from '../src/audit/stored-event.ts';
import { Clients } from './clients.ts';
import { OidcIdentityProvider } from './identity-providers.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const subject = 'system:serviceaccount:default:builder';

eachServer((_, start) => {
  describe('AssumeRoleWithOIDC', () => {
    let idp: OidcIdentityProvider;
    let stranger: OidcIdentityProvider;
    let server: TestServer;
    let account: TestAccount;
    let roleArn: string;
    let providerArn: string;
    /** Milliseconds that the server's clock is ahead. */
    let ahead = 0;

    const trust = (federated: string, more: object = {}) =>
      JSON.stringify({
        Version: '1',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Federated: [federated] }, ...more },
        ],
      });

    async function createProvider(of: TestAccount, name: string, more: Record<string, unknown> = {}) {
      const request = new ims.CreateOIDCProviderRequest({
        OIDCProviderName: name,
        issuerUrl: idp.issuer,
        clientIds: 'sts.aliyuncs.com,another',
        ...more,
      });
      return (await of.admin.ims.createOIDCProvider(request)).body!.OIDCProvider!.arn!;
    }

    async function createRole(of: TestAccount, roleName: string, assumeRolePolicyDocument: string) {
      const request = new ram.CreateRoleRequest({ roleName, assumeRolePolicyDocument });
      return (await of.admin.ram.createRole(request)).body!.role!.arn!;
    }

    const assume = async (OIDCToken: string, more: Record<string, unknown> = {}) => {
      const request = new sts.AssumeRoleWithOIDCRequest({
        roleArn,
        OIDCProviderArn: providerArn,
        OIDCToken,
        roleSessionName: 'build-42',
        ...more,
      });
      const anonymous = new Clients(server.url, { accessKeyId: '', accessKeySecret: '' });
      return (await anonymous.sts.assumeRoleWithOIDC(request)).body!;
    };

    before(async () => {
      idp = await OidcIdentityProvider.start();
      stranger = await OidcIdentityProvider.start();
      server = await start({
        now: () => Date.now() + ahead,
        configuration: { audit: 'strict', privateIssuers: '127.0.0.1' },
      });
      account = server.account;
      providerArn = await createProvider(account, 'cluster');
      roleArn = await createRole(
        account,
        'builder',
        trust(providerArn, {
          Condition: {
            StringEquals: { 'oidc:iss': idp.issuer, 'oidc:aud': 'sts.aliyuncs.com', 'oidc:sub': subject },
          },
        }),
      );
    });
    after(async () => {
      await idp.close();
      await stranger.close();
    });

    const sessionClients = (body: Awaited<ReturnType<typeof assume>>) => {
      const { accessKeyId, accessKeySecret, securityToken } = body.credentials!;
      return server.clients({
        accessKeyId: accessKeyId!,
        accessKeySecret: accessKeySecret!,
        securityToken: securityToken!,
      });
    };

    test('a token of the issuer opens a session of the role that trusts its subject', async () => {
      const body = await assume(await idp.token());
      assert.equal(body.assumedRoleUser!.arn, `acs:ram::${account.accountId}:role/builder/build-42`);
      const { issuanceTime, expirationTime, ...info } = { ...body.OIDCTokenInfo! };
      assert.deepEqual(info, {
        issuer: idp.issuer,
        subject,
        clientIds: 'sts.aliyuncs.com',
        verificationInfo: 'Success',
      });
      assert.equal(Date.parse(expirationTime!) - Date.parse(issuanceTime!), 301_000);
      const identity = (await sessionClients(body).sts.getCallerIdentity()).body!;
      assert.equal(identity.arn, `acs:ram::${account.accountId}:assumed-role/builder/build-42`);
    });

    test('the same token may be used again until it expires', async () => {
      const token = await idp.token();
      await assume(token);
      await assume(token);
    });

    test('the audit record names the session and the subject, and does not contain the token', async () => {
      const token = await idp.token();
      const { requestId } = await assume(token);
      const row = await server.services.store.queries
        .selectFrom('audit_records')
        .selectAll()
        .where('event_id', '=', requestId!)
        .executeTakeFirstOrThrow();
      const event = eventJson(row);
      const { userIdentity, requestParameters, responseElements } = JSON.parse(event);
      assert.equal(userIdentity.userName, 'builder:build-42');
      assert.equal(responseElements.OIDCTokenInfo.Subject, subject);
      assert.deepEqual(Object.keys(requestParameters).sort(), [
        'OIDCProviderArn',
        'RoleArn',
        'RoleSessionName',
      ]);
      assert.ok(!event.includes(token.split('.')[2]!));
    });

    test('a refusal after the verification is recorded in the account, one before it without an account', async () => {
      const believed = await refused(
        assume(await idp.token({ sub: 'other' })),
        'AuthenticationFail.NoPermission',
        401,
      );
      const unknown = await refused(
        assume(await stranger.token({ iss: idp.issuer })),
        'AuthenticationFail.NoPermission',
        401,
      );
      for (const [error, accountId] of [
        [believed, account.accountId],
        [unknown, ''],
      ] as const) {
        const requestId = String(error.data?.['RequestId']);
        const row = await server.services.store.queries
          .selectFrom('audit_records')
          .select('account_id')
          .where('event_id', '=', requestId)
          .executeTakeFirstOrThrow();
        assert.equal(row.account_id, accountId);
      }
    });

    describe('a token that is expired, altered or of another issuer is refused', () => {
      const seconds = () => Math.floor(Date.now() / 1000);
      const cases: Record<string, [() => Promise<string>, string]> = {
        'that another has signed': [() => stranger.token({ iss: idp.issuer }), 'NoPermission'],
        'of another issuer': [() => stranger.token(), 'NoPermission'],
        'for another audience': [() => idp.token({ aud: 'other' }), 'OIDCToken.AudienceNotMatch'],
        'without an audience': [() => idp.token({ aud: undefined }), 'OIDCToken.AudienceNotMatch'],
        'that has ended': [() => idp.token({ exp: seconds() - 1 }), 'OIDCToken.Expired'],
        'without an end': [() => idp.token({ exp: undefined }), 'OIDCToken.Invalid'],
        'that begins later': [() => idp.token({ nbf: seconds() + 600 }), 'OIDCToken.Expired'],
        'that was issued later': [() => idp.token({ iat: seconds() + 600 }), 'OIDCToken.Invalid'],
        'that does not say when it was issued': [() => idp.token({ iat: undefined }), 'OIDCToken.Invalid'],
        'that was issued longer ago than the provider allows': [
          () => idp.token({ iat: seconds() - 13 * 3600 }),
          'OIDCToken.Expired',
        ],
        'without a subject': [() => idp.token({ sub: undefined }), 'OIDCToken.Invalid'],
        'with an empty subject': [() => idp.token({ sub: '' }), 'OIDCToken.Invalid'],
        'that is none': [async () => 'not.a.token', 'OIDCToken.Invalid'],
        'without a valid signature': [
          async () => {
            const [, payload] = (await idp.token()).split('.');
            return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
          },
          'NoPermission',
        ],
        'that was changed after it was signed': [
          async () => {
            const [header, payload, signature] = (await idp.token({ sub: 'other' })).split('.');
            const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
            const changed = Buffer.from(JSON.stringify({ ...claims, sub: subject })).toString('base64url');
            return `${header}.${changed}.${signature}`;
          },
          'NoPermission',
        ],
        'that is signed with the published key as a secret': [
          async () => {
            const published = await (await fetch(`${idp.issuer}/keys`)).text();
            const { keys } = JSON.parse(published) as { keys: [{ kid: string; x: string }] };
            return new SignJWT({ iss: idp.issuer, sub: subject, aud: 'sts.aliyuncs.com' })
              .setProtectedHeader({ alg: 'HS256', kid: keys[0].kid })
              .setIssuedAt()
              .setExpirationTime('5m')
              .sign(Buffer.from(keys[0].x, 'base64url'));
          },
          'NoPermission',
        ],
      };
      for (const [name, [make, outcome]] of Object.entries(cases)) {
        test(name, async () => {
          await refused(assume(await make()), `AuthenticationFail.${outcome}`, 401);
        });
      }
    });

    test('one of several audiences has to be a client ID, and only such ones reach the trust policy', async () => {
      const body = await assume(await idp.token({ aud: ['other', 'sts.aliyuncs.com'] }));
      assert.equal(body.OIDCTokenInfo!.clientIds, 'sts.aliyuncs.com');
      await refused(assume(await idp.token({ aud: 'another' })), 'AuthenticationFail.NoPermission', 401);
      const loose = await createRole(
        account,
        'loose',
        trust(providerArn, { Condition: { StringEquals: { 'oidc:aud': 'other' } } }),
      );
      const token = await idp.token({ aud: ['other', 'sts.aliyuncs.com'] });
      await refused(assume(token, { roleArn: loose }), 'AuthenticationFail.NoPermission', 401);
    });

    test('a role that does not trust the provider or the subject is refused', async () => {
      await refused(assume(await idp.token({ sub: `${subject}-2` })), 'AuthenticationFail.NoPermission', 401);
      const closed = await createRole(account, 'closed', trust(`${providerArn}-other`));
      await refused(assume(await idp.token(), { roleArn: closed }), 'AuthenticationFail.NoPermission', 401);
      const ofUsers = JSON.stringify({
        Version: '1',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
          },
        ],
      });
      const internal = await createRole(account, 'internal', ofUsers);
      await refused(assume(await idp.token(), { roleArn: internal }), 'AuthenticationFail.NoPermission', 401);
    });

    test('a trust policy may name the operation, and a Deny of either name wins', async () => {
      const named = await createRole(
        account,
        'named',
        trust(providerArn, { Action: 'sts:AssumeRoleWithOIDC' }),
      );
      await assume(await idp.token(), { roleArn: named });
      const statement = { Principal: { Federated: [providerArn] } };
      const denied = await createRole(
        account,
        'denied',
        JSON.stringify({
          Version: '1',
          Statement: [
            { ...statement, Effect: 'Allow', Action: 'sts:AssumeRole' },
            { ...statement, Effect: 'Deny', Action: 'sts:AssumeRoleWithOIDC' },
          ],
        }),
      );
      await refused(assume(await idp.token(), { roleArn: denied }), 'AuthenticationFail.NoPermission', 401);
    });

    test('an unknown role is refused like one that does not trust, an unknown provider or account like a token that it has not issued', async () => {
      const role = `acs:ram::${account.accountId}:role/missing`;
      await refused(assume(await idp.token(), { roleArn: role }), 'AuthenticationFail.NoPermission', 401);
      for (const OIDCProviderArn of [
        `acs:ram::${account.accountId}:oidc-provider/missing`,
        'acs:ram::1999999999999999:oidc-provider/cluster',
      ]) {
        const call = assume(await idp.token(), { OIDCProviderArn });
        await refused(call, 'AuthenticationFail.NoPermission', 401);
      }
    });

    test("another account's provider opens no role, not even one that trusts it", async () => {
      const other = await server.newAccount('other');
      const foreign = await createProvider(other, 'cluster');
      await refused(
        assume(await idp.token(), { OIDCProviderArn: foreign }),
        'AuthenticationFail.NoPermission',
        401,
      );
      const open = await createRole(account, 'open', trust(foreign));
      await refused(
        assume(await idp.token(), { OIDCProviderArn: foreign, roleArn: open }),
        'AuthenticationFail.NoPermission',
        401,
      );
    });

    test('a missing or malformed parameter is named', async () => {
      const token = await idp.token();
      for (const [field, code] of [
        ['roleArn', 'MissingParameter.RoleArn'],
        ['OIDCProviderArn', 'MissingParameter.OIDCProviderArn'],
        ['OIDCToken', 'MissingParameter.OIDCToken'],
        ['roleSessionName', 'MissingParameter.RoleSessionName'],
      ] as const) {
        await refused(assume(token, { [field]: undefined }), code, 400);
      }
      await refused(assume(token, { OIDCProviderArn: 'x' }), 'InvalidParameter.OIDCProviderArn', 400);
      await refused(assume(token, { roleSessionName: 'a b' }), 'InvalidParameter.RoleSessionName', 400);
      await refused(assume(token, { durationSeconds: 899 }), 'InvalidParameter.DurationSeconds', 400);
      await refused(assume(token, { durationSeconds: 3601 }), 'InvalidParameter.DurationSeconds', 400);
    });

    test('a session policy restricts the session', async () => {
      const attach = { roleName: 'builder', policyName: 'AliyunRAMReadOnlyAccess', policyType: 'System' };
      await account.admin.ram.attachPolicyToRole(new ram.AttachPolicyToRoleRequest(attach));
      const policy = JSON.stringify({
        Version: '1',
        Statement: [{ Effect: 'Allow', Action: 'ram:ListRoles', Resource: '*' }],
      });
      const clients = sessionClients(await assume(await idp.token(), { policy }));
      await clients.ram.listRoles(new ram.ListRolesRequest({}));
      await refused(clients.ram.listUsers(new ram.ListUsersRequest({})), 'NoPermission', 403);
    });

    test('a session ends when its provider is deleted, and a new one of the same name does not revive it', async () => {
      const other = await server.newAccount('passing');
      const passing = await createProvider(other, 'passing');
      const role = await createRole(other, 'passing', trust(passing));
      const opened = await assume(await idp.token(), { OIDCProviderArn: passing, roleArn: role });
      const clients = sessionClients(opened);
      await clients.sts.getCallerIdentity();
      const remove = new ims.DeleteOIDCProviderRequest({ OIDCProviderName: 'passing' });
      await other.admin.ims.deleteOIDCProvider(remove);
      await refused(clients.sts.getCallerIdentity(), 'InvalidAccessKeyId.NotFound', 404);
      await createProvider(other, 'passing');
      await refused(clients.sts.getCallerIdentity(), 'InvalidAccessKeyId.NotFound', 404);
    });

    test('a client ID that was removed is refused', async () => {
      const other = await server.newAccount('clients');
      const arn = await createProvider(other, 'cluster');
      const role = await createRole(other, 'builder', trust(arn));
      const call = async () => assume(await idp.token(), { OIDCProviderArn: arn, roleArn: role });
      await call();
      await other.admin.ims.removeClientIdFromOIDCProvider(
        new ims.RemoveClientIdFromOIDCProviderRequest({
          OIDCProviderName: 'cluster',
          clientId: 'sts.aliyuncs.com',
        }),
      );
      await refused(call(), 'AuthenticationFail.OIDCToken.AudienceNotMatch', 401);
    });

    test('tokens of an unreachable issuer are refused', async () => {
      const gone = await OidcIdentityProvider.start();
      const token = await gone.token();
      const other = await server.newAccount('gone');
      const arn = await createProvider(other, 'gone', { issuerUrl: gone.issuer });
      const role = await createRole(other, 'builder', trust(arn));
      await gone.close();
      await refused(
        assume(token, { OIDCProviderArn: arn, roleArn: role }),
        'AuthenticationFail.NoPermission',
        401,
      );
      // The reason is logged for the operator, and not answered to the caller.
      assert.match(
        server.log.join('\n'),
        /the keys of the OIDC issuer .* cannot be fetched: it cannot be reached/,
      );
    });

    test('keys are fetched once for many tokens, and again for a key that is new', async () => {
      await assume(await idp.token());
      const before = idp.keyRequests;
      await assume(await idp.token());
      assert.equal(idp.keyRequests, before);
      const old = await idp.token();
      idp.changeKey();
      // Tokens with an unknown key do not cause a request to the issuer each.
      ahead += 31_000;
      await assume(await idp.token());
      assert.equal(idp.keyRequests, before + 1);
      await refused(assume(old), 'AuthenticationFail.NoPermission', 401);
      assert.equal(idp.keyRequests, before + 1);
    });
  });
});
