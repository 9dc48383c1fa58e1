/**
 * A trust policy is bound to the identities that had its names when it was written: another user, role or provider
 * that gets the name later is not trusted; a renamed or restored one still is.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { bindTrustPolicies } from '../src/store/migrations/0007-identity-bindings.ts';
import type { Clients } from './clients.ts';
import { OidcIdentityProvider, SamlIdentityProvider } from './identity-providers.ts';
import { callAnonymously, SamlAccount, trusting } from './saml-account.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';

const statement = (Effect: 'Allow' | 'Deny', RAM: string) => ({
  Effect,
  Action: 'sts:AssumeRole',
  Principal: { RAM },
});

const document = (...statements: object[]) => JSON.stringify({ Version: '1', Statement: statements });

eachServer((_, start) => {
  describe('trust by identity', () => {
    let server: TestServer;
    let account: TestAccount;

    before(async () => {
      server = await start({ configuration: { privateIssuers: '127.0.0.1' } });
      account = server.account;
    });

    const arn = (relativeId: string, of = account) => `acs:ram::${of.accountId}:${relativeId}`;

    const admin = (version: string, action: string, parameters: Record<string, string>, of = account) =>
      of.admin.callRpc(version, action, parameters);

    /** Creates a user who may assume any role. */
    async function user(UserName: string, of = account) {
      const made = await server.newUser(of, UserName);
      const PolicyName = 'AliyunSTSAssumeRoleAccess';
      await admin(RAM, 'AttachPolicyToUser', { UserName, PolicyName, PolicyType: 'System' }, of);
      return made;
    }

    const deleteUser = (name: string, of = account) =>
      admin(IMS, 'DeleteUser', { UserPrincipalName: `${name}@${of.domain}` }, of);

    const role = (RoleName: string, AssumeRolePolicyDocument: string) =>
      admin(RAM, 'CreateRole', { RoleName, AssumeRolePolicyDocument });

    const assume = (clients: Clients, name: string) =>
      clients.callRpc(STS, 'AssumeRole', { RoleArn: arn(`role/${name}`), RoleSessionName: 'session' });

    /** Simulates AssumeRole. */
    async function simulated(PrincipalType: 'ram-user' | 'role', PrincipalName: string, name: string) {
      const answer = await account.admin.call('2026-11-24', 'Simulate', {
        PrincipalType,
        PrincipalName,
        SimulatedAction: 'sts:AssumeRole',
        SimulatedResource: arn(`role/${name}`),
      });
      return answer['Effect'];
    }

    test('a user created again under the same name inherits no trust, nor does a user renamed to it', async () => {
      const trust = document(statement('Allow', arn('user/Alice')));
      const alice = await user('alice');
      await role('for-alice', trust);
      await assume(alice.clients, 'for-alice');

      await deleteUser('alice');
      const second = await user('alice');
      await refused(assume(second.clients, 'for-alice'), 'NoPermission', 403);
      assert.equal(await simulated('ram-user', 'alice', 'for-alice'), 'ImplicitDeny');
      await deleteUser('alice');
      await admin(IMS, 'DeleteUserInRecycleBin', { UserId: second.userId });
      await admin(IMS, 'DeleteUserInRecycleBin', { UserId: alice.userId });

      const third = await user('third');
      await admin(RAM, 'UpdateUser', { UserName: 'third', NewUserName: 'alice' });
      await refused(assume(third.clients, 'for-alice'), 'NoPermission', 403);

      const shown = await admin(RAM, 'GetRole', { RoleName: 'for-alice' });
      const { AssumeRolePolicyDocument } = shown['Role'] as Record<string, string>;
      assert.equal(AssumeRolePolicyDocument, trust, 'the policy is shown as it was written, with names');

      await admin(RAM, 'UpdateRole', { RoleName: 'for-alice', NewDescription: 'changed' });
      await refused(assume(third.clients, 'for-alice'), 'NoPermission', 403);
      await admin(RAM, 'UpdateRole', { RoleName: 'for-alice', NewAssumeRolePolicyDocument: trust });
      await assume(third.clients, 'for-alice');
      assert.equal(await simulated('ram-user', 'alice', 'for-alice'), 'Allow');
    });

    test('a user restored from the recycle bin, or renamed, is trusted as before', async () => {
      const bob = await user('bob');
      await role('for-bob', document(statement('Allow', arn('user/bob'))));
      await deleteUser('bob');
      await admin(IMS, 'RestoreUserFromRecycleBin', { UserId: bob.userId });
      const UserName = 'bob';
      await admin(RAM, 'UpdateAccessKey', {
        UserName,
        UserAccessKeyId: bob.key.accessKeyId,
        Status: 'Active',
      });
      await assume(bob.clients, 'for-bob');
      await admin(RAM, 'UpdateUser', { UserName, NewUserName: 'robert' });
      await assume(bob.clients, 'for-bob');
    });

    test('a Deny holds for the user that was renamed and for the one that has the name', async () => {
      const mallory = await user('mallory');
      await role(
        'not-mallory',
        document(statement('Allow', arn('root')), statement('Deny', arn('user/mallory'))),
      );
      await refused(assume(mallory.clients, 'not-mallory'), 'NoPermission', 403);
      await admin(RAM, 'UpdateUser', { UserName: 'mallory', NewUserName: 'innocent' });
      await refused(assume(mallory.clients, 'not-mallory'), 'NoPermission', 403);
      const second = await user('mallory');
      await refused(assume(second.clients, 'not-mallory'), 'NoPermission', 403);
    });

    test('a name without an identity when the policy is written is trusted only once the policy is written again', async () => {
      const trust = document(statement('Allow', arn('user/later')));
      await role('for-later', trust);
      const later = await user('later');
      await refused(assume(later.clients, 'for-later'), 'NoPermission', 403);
      await admin(RAM, 'UpdateRole', { RoleName: 'for-later', NewAssumeRolePolicyDocument: trust });
      await assume(later.clients, 'for-later');
    });

    test("another account's user is trusted by its id, and one created again under its name is not", async () => {
      const other = await server.newAccount();
      const guest = await user('guest', other);
      await role('for-guest', document(statement('Allow', arn('user/guest', other))));
      await assume(guest.clients, 'for-guest');
      await deleteUser('guest', other);
      const second = await user('guest', other);
      await refused(assume(second.clients, 'for-guest'), 'NoPermission', 403);
    });

    test('sessions of a role created again under the same name are not trusted', async () => {
      const opener = await user('opener');
      const makeChain = async () => {
        await role('first', document(statement('Allow', arn('root'))));
        const PolicyName = 'AliyunSTSAssumeRoleAccess';
        await admin(RAM, 'AttachPolicyToRole', { RoleName: 'first', PolicyName, PolicyType: 'System' });
      };
      const session = async () => {
        const answer = await assume(opener.clients, 'first');
        const { AccessKeyId, AccessKeySecret, SecurityToken } = answer['Credentials'] as Record<
          string,
          string
        >;
        return server.clients({
          accessKeyId: AccessKeyId!,
          accessKeySecret: AccessKeySecret!,
          securityToken: SecurityToken!,
        });
      };
      await makeChain();
      await role('second', document(statement('Allow', arn('role/first'))));
      await assume(await session(), 'second');
      const PolicyName = 'AliyunSTSAssumeRoleAccess';
      await admin(RAM, 'DetachPolicyFromRole', { RoleName: 'first', PolicyName, PolicyType: 'System' });
      await admin(RAM, 'DeleteRole', { RoleName: 'first' });
      await makeChain();
      await refused(assume(await session(), 'second'), 'NoPermission', 403);
      assert.equal(await simulated('role', 'first', 'second'), 'ImplicitDeny');
    });

    test('a SAML provider created again with other keys is not trusted', async () => {
      const saml = await SamlAccount.make(server, new SamlIdentityProvider());
      await saml.accepts(saml.signed());
      const attacker = new SamlIdentityProvider();
      await saml.admin(IMS, 'DeleteSAMLProvider', { SAMLProviderName: 'corp' });
      await saml.admin(IMS, 'CreateSAMLProvider', {
        SAMLProviderName: 'corp',
        EncodedSAMLMetadataDocument: attacker.metadata(),
      });
      const outcome = await saml.show(attacker.response({ roles: [saml.pair] }));
      assert.deepEqual([outcome.code, outcome.status], ['NoPermission', 403], outcome.message);
      await saml.admin(RAM, 'UpdateRole', {
        RoleName: 'visitor',
        NewAssumeRolePolicyDocument: trusting(saml.providerArn),
      });
      assert.equal((await saml.show(attacker.response({ roles: [saml.pair] }))).code, 'OK');
    });

    test('an OIDC provider created again with another issuer is not trusted', async () => {
      const [first, second] = [await OidcIdentityProvider.start(), await OidcIdentityProvider.start()];
      try {
        const OIDCProviderName = 'cluster';
        const provider = (IssuerUrl: string) =>
          admin(IMS, 'CreateOIDCProvider', { OIDCProviderName, IssuerUrl, ClientIds: 'claviger' });
        const show = async (by: OidcIdentityProvider) =>
          callAnonymously(server.url, 'AssumeRoleWithOIDC', {
            RoleArn: arn('role/builder'),
            OIDCProviderArn: arn('oidc-provider/cluster'),
            OIDCToken: await by.token({ sub: 'builder', aud: 'claviger' }),
            RoleSessionName: 'build',
          });
        await provider(first.issuer);
        await role('builder', trusting(arn('oidc-provider/cluster')));
        assert.equal((await show(first)).code, 'OK');
        await admin(IMS, 'DeleteOIDCProvider', { OIDCProviderName });
        await provider(second.issuer);
        assert.equal((await show(second)).code, 'AuthenticationFail.NoPermission');
      } finally {
        await first.close();
        await second.close();
      }
    });

    test('the migration binds the policies of an existing database to the identities that have their names', async () => {
      const kept = await user('kept');
      const other = await server.newAccount();
      await admin(RAM, 'CreateRole', {
        RoleName: 'old',
        AssumeRolePolicyDocument: document(
          statement('Allow', arn('user/KEPT')),
          { ...statement('Allow', ''), Principal: { RAM: [arn('role/old'), arn('root'), arn('user/gone')] } },
          {
            ...statement('Allow', ''),
            Principal: { Federated: arn('saml-provider/none'), Service: 'a.b.com' },
          },
          statement('Allow', arn('user/administrator', other)),
        ),
      });
      const roles = () =>
        server.services.store.queries
          .selectFrom('roles')
          .select(['role_name', 'role_id', 'trusted_identities'])
          .where('account_id', '=', account.accountId)
          .orderBy('role_name')
          .execute();
      const bound = async () => (await roles()).find(({ role_name: name }) => name === 'old')!;
      const made = await bound();
      const expected = {
        [arn('user/kept')]: kept.userId,
        [arn('user/administrator', other)]: await userIdOf(other, 'administrator'),
      };
      assert.deepEqual(JSON.parse(made.trusted_identities), expected);

      // A user in the recycle bin keeps its name, so that it is trusted when it is restored.
      await deleteUser('kept');
      await server.services.store.write(async ({ queries }) => {
        await queries.schema.alterTable('roles').dropColumn('trusted_identities').execute();
        // biome-ignore lint/suspicious/noExplicitAny: tables as they were
        await bindTrustPolicies(queries as any);
      });
      assert.deepEqual(JSON.parse((await bound()).trusted_identities), {
        ...expected,
        [arn('role/old')]: made.role_id,
      });
    });

    async function userIdOf(of: TestAccount, UserName: string): Promise<string> {
      const answer = await admin(RAM, 'GetUser', { UserName }, of);
      return (answer['User'] as { readonly UserId: string }).UserId;
    }
  });
});
