/** Role sessions by assertions of a SAML identity provider, through the official clients. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import ims from '@alicloud/ims20190815';
import ram from '@alicloud/ram20150501';
import sts from '@alicloud/sts20150401';
import { eventJson } from '../src/audit/stored-event.ts';
import { Clients } from './clients.ts';
import { type AssertionChanges, SamlIdentityProvider } from './identity-providers.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const idp = new SamlIdentityProvider();
const stranger = new SamlIdentityProvider();
const encode = (text: string) => Buffer.from(text).toString('base64');

eachServer((_, start) => {
  describe('AssumeRoleWithSAML', () => {
    let server: TestServer;
    let account: TestAccount;
    let roleArn: string;
    let providerArn: string;

    const trust = (federated: string, more: object = {}) =>
      JSON.stringify({
        Version: '1',
        Statement: [
          { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Federated: [federated] }, ...more },
        ],
      });

    async function createProvider(of: TestAccount, name = 'corp', metadata = idp.metadata()) {
      const request = new ims.CreateSAMLProviderRequest({
        SAMLProviderName: name,
        encodedSAMLMetadataDocument: metadata,
      });
      return (await of.admin.ims.createSAMLProvider(request)).body!.SAMLProvider!.arn!;
    }

    async function createRole(of: TestAccount, roleName: string, assumeRolePolicyDocument: string) {
      const request = new ram.CreateRoleRequest({ roleName, assumeRolePolicyDocument });
      return (await of.admin.ram.createRole(request)).body!.role!.arn!;
    }

    /** Returns a response for the default role and provider of `assume`. */
    const response = (changes: Partial<AssertionChanges> = {}, by = idp) =>
      encode(by.response({ roles: [`${roleArn},${providerArn}`], ...changes }));

    const assume = async (SAMLAssertion: string, more: Record<string, unknown> = {}) => {
      const request = new sts.AssumeRoleWithSAMLRequest({
        roleArn,
        SAMLProviderArn: providerArn,
        SAMLAssertion,
        ...more,
      });
      // Client without a key.
      const anonymous = new Clients(server.url, { accessKeyId: '', accessKeySecret: '' });
      return (await anonymous.sts.assumeRoleWithSAML(request)).body!;
    };

    before(async () => {
      server = await start();
      account = server.account;
      providerArn = await createProvider(account);
      roleArn = await createRole(
        account,
        'visitor',
        trust(providerArn, {
          Condition: { StringEquals: { 'saml:recipient': 'https://signin.aliyun.com/saml-role/sso' } },
        }),
      );
      const attach = { roleName: 'visitor', policyName: 'AliyunRAMReadOnlyAccess', policyType: 'System' };
      await account.admin.ram.attachPolicyToRole(new ram.AttachPolicyToRoleRequest(attach));
    });

    const sessionClients = (body: Awaited<ReturnType<typeof assume>>) => {
      const { accessKeyId, accessKeySecret, securityToken } = body.credentials!;
      return server.clients({
        accessKeyId: accessKeyId!,
        accessKeySecret: accessKeySecret!,
        securityToken: securityToken!,
      });
    };

    test('a signed assertion opens a session of the role that it lists', async () => {
      const body = await assume(response());
      assert.equal(body.assumedRoleUser!.arn, `acs:sts::${account.accountId}:assumed-role/visitor/alice`);
      assert.match(body.assumedRoleUser!.assumedRoleId!, /^3\d{17}:alice$/);
      assert.deepEqual(
        { ...body.SAMLAssertionInfo },
        {
          issuer: idp.entityId,
          recipient: 'https://signin.aliyun.com/saml-role/sso',
          subject: 'alice@example.com',
          subjectType: 'persistent',
        },
      );
      const clients = sessionClients(body);
      const identity = (await clients.sts.getCallerIdentity()).body!;
      assert.equal(identity.identityType, 'AssumedRoleUser');
      assert.equal(identity.arn, `acs:ram::${account.accountId}:assumed-role/visitor/alice`);
      await clients.ram.listUsers(new ram.ListUsersRequest({}));
      await refused(
        clients.ram.createUser(new ram.CreateUserRequest({ userName: 'absent' })),
        'NoPermission',
        403,
      );
    });

    test('the audit record names the session and the subject, and does not contain the assertion', async () => {
      const assertion = response({ subject: 'bob@example.com', sessionName: 'bob' });
      const { requestId } = await assume(assertion);
      const row = await server.services.store.queries
        .selectFrom('audit_records')
        .selectAll()
        .where('event_id', '=', requestId!)
        .executeTakeFirstOrThrow();
      const event = eventJson(row);
      const { userIdentity, requestParameters, responseElements } = JSON.parse(event);
      assert.equal(row.account_id, account.accountId);
      assert.equal(row.event_rw, 'Write');
      assert.equal(userIdentity.type, 'assumed-role');
      assert.equal(userIdentity.userName, 'visitor:bob');
      assert.deepEqual(requestParameters, { RoleArn: roleArn, SAMLProviderArn: providerArn });
      assert.equal(responseElements.SAMLAssertionInfo.Subject, 'bob@example.com');
      assert.deepEqual(Object.keys(responseElements.Credentials), ['AccessKeyId', 'Expiration']);
      assert.ok(!event.includes(assertion.slice(0, 40)));
    });

    test('a used assertion is refused, also after a restart', async () => {
      const assertion = response();
      await assume(assertion);
      const error = await refused(assume(assertion), 'AuthenticationFail.SAMLAssertion.Invalid', 401);
      assert.match(error.message, /used before/);
      await server.restart();
      // Not by the client, which still holds connections to the stopped server.
      const form = { SAMLAssertion: assertion, RoleArn: roleArn, SAMLProviderArn: providerArn };
      const again = await fetch(`${server.url}/?Action=AssumeRoleWithSAML&Version=2015-04-01&Format=JSON`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
      assert.equal(again.status, 401);
      assert.match(((await again.json()) as { Message: string }).Message, /used before/);
    });

    test('of many concurrent calls with one assertion, one opens a session', async () => {
      const assertion = response();
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => assume(assertion)));
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    test('a refused call does not use up its assertion', async () => {
      const assertion = response();
      await refused(assume(assertion, { policy: '{}' }), 'InvalidParameter.PolicyGrammar', 400);
      await assume(assertion);
    });

    describe('an assertion that is expired, altered or of another provider is refused', () => {
      const cases: Record<string, [() => string, 'Invalid' | 'Expired']> = {
        'that another key has signed': [() => response({}, stranger), 'Invalid'],
        'without a valid signature': [
          () => encode(idp.unsignedResponse({ roles: [`${roleArn},${providerArn}`] })),
          'Invalid',
        ],
        'of which only the response around it is signed': [
          () => encode(idp.sign(idp.unsignedResponse({ roles: [`${roleArn},${providerArn}`] }), 'Response')),
          'Invalid',
        ],
        'that was changed after it was signed': [
          () =>
            encode(idp.response({ roles: [`${roleArn},${providerArn}`] }).replace('>alice<', '>mallory<')),
          'Invalid',
        ],
        'for another audience': [() => response({ audience: 'urn:example:other' }), 'Invalid'],
        'for another recipient': [() => response({ recipient: 'https://example.com/sso' }), 'Invalid'],
        'by another issuer': [() => response({ issuer: 'https://idp.example.com/other' }), 'Invalid'],
        'that has ended': [() => response({ notOnOrAfter: Date.now() - 1 }), 'Expired'],
        'that begins later': [() => response({ notBefore: Date.now() + 600_000 }), 'Expired'],
        'whose session at the provider has ended': [
          () => response({ sessionEndsBy: Date.now() - 1 }),
          'Expired',
        ],
        'that lists no role': [() => response({ roles: [] }), 'Invalid'],
        'that lists another role': [
          () => response({ roles: [`${roleArn}-other,${providerArn}`] }),
          'Invalid',
        ],
        'that lists the role with another provider': [
          () => response({ roles: [`${roleArn},${providerArn}-other`] }),
          'Invalid',
        ],
        'without a usable session name': [() => response({ sessionName: 'a b' }), 'Invalid'],
        'without a usable session duration': [() => response({ sessionSeconds: '12' }), 'Invalid'],
        'that is no XML': [() => encode('hello'), 'Invalid'],
        'with a document type': [
          () => encode(`<!DOCTYPE x [<!ENTITY e "x">]>${idp.response({ roles: [] })}`),
          'Invalid',
        ],
      };
      for (const [name, [make, outcome]] of Object.entries(cases)) {
        test(name, async () => {
          await refused(assume(make()), `AuthenticationFail.SAMLAssertion.${outcome}`, 401);
        });
      }
    });

    test('a role that does not trust the provider, or whose conditions are not met, is refused', async () => {
      const own = await createRole(account, 'own', trust(`${providerArn}-other`));
      const strict = await createRole(
        account,
        'strict',
        trust(providerArn, { Condition: { StringEquals: { 'saml:recipient': 'https://elsewhere' } } }),
      );
      for (const arn of [own, strict]) {
        const assertion = response({ roles: [`${arn},${providerArn}`] });
        await refused(assume(assertion, { roleArn: arn }), 'NoPermission', 403);
      }
    });

    test('an unknown role is refused like one that does not trust, an unknown provider or account like an invalid assertion', async () => {
      const arn = `acs:ram::${account.accountId}:role/missing`;
      await refused(
        assume(response({ roles: [`${arn},${providerArn}`] }), { roleArn: arn }),
        'EntityNotExist.RoleArn',
        404,
      );
      for (const SAMLProviderArn of [
        `acs:ram::${account.accountId}:saml-provider/missing`,
        'acs:ram::1999999999999999:saml-provider/corp',
      ]) {
        await refused(
          assume(response(), { SAMLProviderArn }),
          'AuthenticationFail.SAMLAssertion.Invalid',
          401,
        );
      }
    });

    test("another account's provider opens no role, even with the same name and keys", async () => {
      const other = await server.newAccount('other');
      const foreign = await createProvider(other);
      const assertion = response({ roles: [`${roleArn},${foreign}`] });
      await refused(assume(assertion, { SAMLProviderArn: foreign }), 'NoPermission', 403);
      // Even if the role trusts it.
      const open = await createRole(account, 'open', trust(foreign));
      await refused(
        assume(response({ roles: [`${open},${foreign}`] }), { SAMLProviderArn: foreign, roleArn: open }),
        'NoPermission',
        403,
      );
    });

    test('the duration of a session can be requested within the bounds of role and provider', async () => {
      const lasts = async (changes: Partial<AssertionChanges>, more: Record<string, unknown> = {}) => {
        const { credentials } = await assume(response(changes), more);
        return Math.round((Date.parse(credentials!.expiration!) - Date.now()) / 1000 / 60);
      };
      assert.equal(await lasts({}), 60);
      assert.equal(await lasts({}, { durationSeconds: 900 }), 15);
      assert.equal(await lasts({ sessionSeconds: '1800' }), 30);
      assert.equal(await lasts({ sessionSeconds: '1800' }, { durationSeconds: 3600 }), 30);
      assert.equal(await lasts({ sessionSeconds: '43200' }), 60);
      assert.equal(await lasts({ sessionEndsBy: Date.now() + 600_000 }), 10);
      for (const durationSeconds of [899, 3601, 43_201]) {
        await refused(assume(response(), { durationSeconds }), 'InvalidParameter.DurationSeconds', 400);
      }
    });

    test('a missing parameter is named', async () => {
      for (const [field, name] of [
        ['roleArn', 'RoleArn'],
        ['SAMLProviderArn', 'SAMLProviderArn'],
        ['SAMLAssertion', 'SAMLAssertion'],
      ] as const) {
        await refused(assume(response(), { [field]: undefined }), `MissingParameter.${name}`, 400);
      }
      await refused(assume(response(), { roleArn: 'x' }), 'InvalidParameter.RoleArn', 400);
      await refused(assume(response(), { SAMLProviderArn: 'x' }), 'InvalidParameter.SAMLProviderArn', 400);
    });

    test('a session ends when its provider is deleted, and a new one of the same name does not revive it', async () => {
      const passing = await createProvider(account, 'passing');
      const passingRole = await createRole(account, 'passing', trust(passing));
      const assertion = response({ roles: [`${passingRole},${passing}`] });
      const opened = await assume(assertion, { SAMLProviderArn: passing, roleArn: passingRole });
      const clients = sessionClients(opened);
      await clients.sts.getCallerIdentity();
      const remove = new ims.DeleteSAMLProviderRequest({ SAMLProviderName: 'passing' });
      await account.admin.ims.deleteSAMLProvider(remove);
      await refused(clients.sts.getCallerIdentity(), 'InvalidAccessKeyId.NotFound', 404);
      await createProvider(account, 'passing');
      await refused(clients.sts.getCallerIdentity(), 'InvalidAccessKeyId.NotFound', 404);
      // The assertion stays used; the role has to trust the new provider first.
      await account.admin.ram.updateRole(
        new ram.UpdateRoleRequest({ roleName: 'passing', newAssumeRolePolicyDocument: trust(passing) }),
      );
      await refused(
        assume(assertion, { SAMLProviderArn: passing, roleArn: passingRole }),
        'AuthenticationFail.SAMLAssertion.Invalid',
        401,
      );
    });

    test('new metadata ends the validity of the old key', async () => {
      const arn = await createProvider(account, 'renewed');
      const role = await createRole(account, 'renewed', trust(arn));
      const by = (provider: SamlIdentityProvider) =>
        assume(response({ roles: [`${role},${arn}`] }, provider), { SAMLProviderArn: arn, roleArn: role });
      await by(idp);
      await account.admin.ims.updateSAMLProvider(
        new ims.UpdateSAMLProviderRequest({
          SAMLProviderName: 'renewed',
          newEncodedSAMLMetadataDocument: stranger.metadata(),
        }),
      );
      await refused(by(idp), 'AuthenticationFail.SAMLAssertion.Invalid', 401);
      await by(stranger);
    });

    test('older clients sign the call: a valid signature changes nothing, an invalid one is refused', async () => {
      const parameters = () => ({
        RoleArn: roleArn,
        SAMLProviderArn: providerArn,
        SAMLAssertion: response(),
      });
      const absent = await server.newUser(await server.newAccount('signing'), 'absent');
      const answer = await absent.clients.callRpc('2015-04-01', 'AssumeRoleWithSAML', parameters());
      assert.ok(answer['Credentials']);
      const forger = server.clients({ ...absent.key, accessKeySecret: 'guessed' });
      await refused(
        forger.callRpc('2015-04-01', 'AssumeRoleWithSAML', parameters()),
        'SignatureDoesNotMatch',
        400,
      );
    });
  });
});
