/** Role sessions and the AccessKey that opened them: they end together, or not, as the account of the key sets it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientKey, Clients } from './clients.ts';
import { document, ReplicatedGuard } from './replicated-guard.ts';
import { trusting } from './sample-entities.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';
const OWN = '2026-11-24';

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;

  /** Creates an account with a user, and a role of it, or of another account, that the user may assume. */
  const fresh = async (roleOf?: TestAccount) => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    const { admin, accountId } = account;
    const alice = await server.newUser(account, 'alice');
    await admin.callRpc(RAM, 'AttachPolicyToUser', {
      UserName: 'alice',
      PolicyName: 'AliyunSTSAssumeRoleAccess',
      PolicyType: 'System',
    });
    const owner = roleOf ?? account;
    await owner.admin.callRpc(RAM, 'CreateRole', {
      RoleName: 'deploy',
      AssumeRolePolicyDocument: trusting({ RAM: [`acs:ram::${accountId}:root`] }),
    });
    await owner.admin.callRpc(RAM, 'CreatePolicy', {
      PolicyName: 'orders',
      PolicyDocument: document({ Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' }),
    });
    await owner.admin.callRpc(RAM, 'AttachPolicyToRole', {
      RoleName: 'deploy',
      PolicyName: 'orders',
      PolicyType: 'Custom',
    });
    const open = async (): Promise<ClientKey> => {
      const { Credentials } = await alice.clients.callRpc(STS, 'AssumeRole', {
        RoleArn: `acs:ram::${owner.accountId}:role/deploy`,
        RoleSessionName: 'job',
      });
      const { AccessKeyId, AccessKeySecret, SecurityToken } = Credentials as Record<string, string>;
      return {
        accessKeyId: String(AccessKeyId),
        accessKeySecret: String(AccessKeySecret),
        securityToken: String(SecurityToken),
      };
    };
    const session = await open();
    const clients = server.clients(session);
    await works(clients);
    const key = { UserName: 'alice', UserAccessKeyId: alice.key.accessKeyId };
    const setEnding = (of: TestAccount, end: boolean) =>
      of.admin.callRpc(OWN, 'SetAccountProtection', { RoleSessionsEndWithAccessKey: String(end) });
    const disable = () => admin.callRpc(RAM, 'UpdateAccessKey', { ...key, Status: 'Inactive' });
    return { server, account, admin, alice, key, session, clients, open, setEnding, disable };
  };
  const works = (clients: Clients) => clients.callRpc(STS, 'GetCallerIdentity');
  const isEnded = async (clients: Clients) => {
    const error = await refused(works(clients), 'InvalidSecurityToken', 400);
    assert.match(error.message, /The AccessKey that assumed this role was disabled\./);
  };

  describe('a role session whose AccessKey is disabled or deleted', () => {
    test('ends by default, and the error says why', async () => {
      const disabled = await fresh();
      await disabled.disable();
      await isEnded(disabled.clients);
      const deleted = await fresh();
      await deleted.admin.callRpc(RAM, 'DeleteAccessKey', deleted.key);
      await isEnded(deleted.clients);
    });

    test('goes on if the account is set so, also when the key is deleted for good', async () => {
      const { admin, account, alice, key, clients, setEnding, disable } = await fresh();
      const { RoleSessionsEndWithAccessKey } = await admin.callRpc(OWN, 'GetAccountProtection');
      assert.equal(RoleSessionsEndWithAccessKey, true);
      await setEnding(account, false);
      await disable();
      await works(clients);
      await admin.callRpc(RAM, 'DeleteAccessKey', key);
      await works(clients);
      await admin.call(IMS, 'DeleteAccessKeyInRecycleBin', {
        UserId: alice.userId,
        UserAccessKeyId: key.UserAccessKeyId,
      });
      await works(clients);
      // The setting of the account decides again, at once.
      await setEnding(account, true);
      await isEnded(clients);
    });

    test('goes on beyond an expiry that the key got since', async () => {
      const { account, key, clients, setEnding, server } = await fresh();
      await setEnding(account, false);
      const { accountId } = account;
      const { UserAccessKeyId: subject } = key;
      await server.services.store.write(async ({ queries, changed }) => {
        await queries
          .updateTable('access_keys')
          .set({ expires_at: Date.now() - 1000 })
          .where('access_key_id', '=', subject)
          .execute();
        changed({ accountId, topic: 'access-key', subject });
      });
      await works(clients);
      await setEnding(account, true);
      await refused(works(clients), 'InvalidAccessKeyId.NotFound', 404);
    });

    test('that has ended stays ended when the account is set so afterwards, also without the key', async () => {
      const { admin, account, alice, key, clients, setEnding, disable } = await fresh();
      await disable();
      await isEnded(clients);
      await setEnding(account, false);
      await refused(works(clients), 'InvalidAccessKeyId.NotFound', 404);
      await admin.callRpc(RAM, 'DeleteAccessKey', key);
      await admin.call(IMS, 'DeleteAccessKeyInRecycleBin', {
        UserId: alice.userId,
        UserAccessKeyId: key.UserAccessKeyId,
      });
      await refused(works(clients), 'InvalidAccessKeyId.NotFound', 404);
    });

    test('ends with its user, and when its sessions are revoked, whatever is set', async () => {
      const revoked = await fresh();
      await revoked.setEnding(revoked.account, false);
      await revoked.admin.callRpc(OWN, 'RevokeSessions', {
        Target: 'AccessKey',
        UserPrincipalName: revoked.alice.userPrincipalName,
        UserAccessKeyId: revoked.key.UserAccessKeyId,
      });
      await refused(works(revoked.clients), 'InvalidAccessKeyId.NotFound', 404);
      const deleted = await fresh();
      await deleted.setEnding(deleted.account, false);
      await deleted.admin.call(IMS, 'DeleteUser', { UserId: deleted.alice.userId });
      await refused(works(deleted.clients), 'InvalidAccessKeyId.NotFound', 404);
    });

    test('of a role in another account follows the account of the key', async () => {
      const { server } = await fresh();
      const [one, two] = [await server.newAccount(), await server.newAccount()];
      const ends = await fresh(one);
      await ends.setEnding(one, false);
      await ends.disable();
      await isEnded(ends.clients);
      const outlives = await fresh(two);
      await outlives.setEnding(outlives.account, false);
      await outlives.disable();
      await works(outlives.clients);
    });

    test('is decided alike at a guard, which follows the setting', async () => {
      const { server, account, session, setEnding, disable } = await fresh();
      const guard = ReplicatedGuard.open(server.url, await server.newGuard(account));
      try {
        await guard.source.ready();
        assert.equal(await guard.verdict(session), 'Allow');
        await setEnding(account, false);
        await disable();
        await guard.untilVerdict('Allow', session);
        await setEnding(account, true);
        await guard.untilVerdict('InvalidSecurityToken', session);
      } finally {
        await guard.close();
      }
    });
  });
});
