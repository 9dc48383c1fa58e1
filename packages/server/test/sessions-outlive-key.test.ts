/** Role sessions and the AccessKey that opened them: they end together, or not, as the account of the key sets it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ClientKey, Clients } from './clients.ts';
import { document, ReplicatedGuard } from './replicated-guard.ts';
import { trusting } from './sample-entities.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';
const OWN = '2026-11-24';

/** What may become of a key, and of the setting of its account. */
const EVENTS = [
  'on',
  'off',
  'off',
  'enable',
  'disable',
  'disable',
  'delete',
  'restore',
  'expire',
  'extend',
] as const;
type KeyEvent = (typeof EVENTS)[number];

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
    const open = async (opener = alice.clients): Promise<ClientKey> => {
      const { Credentials } = await opener.callRpc(STS, 'AssumeRole', {
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
          .set({ expires_at: Date.now() })
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

    test('stays ended once it has ended, whatever the key and the setting do afterwards', async () => {
      const { server, account, admin, open, setEnding } = await fresh();
      const policy = {
        PolicyName: 'AliyunSTSAssumeRoleAccess',
        PolicyType: 'System',
      };
      let names = 0;
      const nextMillisecond = async () => {
        for (const now = Date.now(); Date.now() === now; ) await new Promise(setImmediate);
      };
      const any = fc.array(fc.constantFrom(...EVENTS), { minLength: 1, maxLength: 5 });
      // Half of them: a key that becomes invalid while the setting is off, which is then turned on.
      const turnedOn = fc
        .tuple(fc.constantFrom<KeyEvent>('disable', 'delete', 'expire'), any)
        .map(([invalid, rest]): KeyEvent[] => ['off', invalid, 'on', ...rest]);
      const sequences = fc.oneof(any, turnedOn);
      await fc.assert(
        fc.asyncProperty(sequences, async (events) => {
          names += 1;
          const user = await server.newUser(account, `user${names}`);
          const key = { UserName: `user${names}`, UserAccessKeyId: user.key.accessKeyId };
          await admin.callRpc(RAM, 'AttachPolicyToUser', { UserName: key.UserName, ...policy });
          await setEnding(account, true);
          const clients = server.clients(await open(user.clients));
          const state = { isOn: true, isActive: true, isRecycled: false, isExpired: false, hasEnded: false };
          const happen: Record<KeyEvent, () => unknown> = {
            on: async () => {
              await setEnding(account, true);
              state.isOn = true;
            },
            off: async () => {
              await setEnding(account, false);
              state.isOn = false;
            },
            enable: async () => {
              if (state.isRecycled) return;
              await admin.callRpc(RAM, 'UpdateAccessKey', { ...key, Status: 'Active' });
              state.isActive = true;
            },
            disable: async () => {
              if (state.isRecycled) return;
              await admin.callRpc(RAM, 'UpdateAccessKey', { ...key, Status: 'Inactive' });
              state.isActive = false;
            },
            delete: async () => {
              if (state.isRecycled) return;
              await admin.callRpc(RAM, 'DeleteAccessKey', key);
              Object.assign(state, { isRecycled: true, isActive: false });
            },
            restore: async () => {
              if (!state.isRecycled) return;
              const { UserAccessKeyId } = key;
              await admin.call(IMS, 'RestoreAccessKeyFromRecycleBin', {
                UserId: user.userId,
                UserAccessKeyId,
              });
              state.isRecycled = false;
            },
            expire: async () => {
              if (state.isExpired) return;
              const { UserAccessKeyId: subject } = key;
              await server.services.store.write(async ({ queries, changed }) => {
                const expired = queries.updateTable('access_keys').set({ expires_at: Date.now() });
                await expired.where('access_key_id', '=', subject).execute();
                changed({ accountId: account.accountId, topic: 'access-key', subject });
              });
              state.isExpired = true;
            },
            extend: async () => {
              if (state.isRecycled) return;
              await admin.callRpc(OWN, 'SetAccessKeyExpiry', {
                UserPrincipalName: user.userPrincipalName,
                UserAccessKeyId: key.UserAccessKeyId,
                ExpireDate: '',
              });
              state.isExpired = false;
            },
          };
          for (const event of events) {
            await happen[event]();
            await nextMillisecond();
            const isValid = state.isActive && !state.isRecycled && !state.isExpired;
            state.hasEnded ||= state.isOn && !isValid;
            const goesOn = await works(clients).then(
              () => true,
              () => false,
            );
            assert.equal(goesOn, !state.hasEnded, `${events.join(', ')}: after ${event}`);
          }
        }),
        { numRuns: 14, seed: 27, endOnFailure: true },
      );
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
