import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowing, trusting } from './sample-entities.ts';
import { eachServer, refused, type TestAccount, type TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';
const OWN = '2026-11-24';
const DAY_MS = 86_400_000;

/** Gives a user a policy of its own. */
async function attach({ admin }: TestAccount, UserName: string, PolicyDocument: string): Promise<void> {
  const PolicyName = `of-${UserName}`;
  await admin.callRpc(RAM, 'CreatePolicy', { PolicyName, PolicyDocument });
  await admin.callRpc(RAM, 'AttachPolicyToUser', { UserName, PolicyName, PolicyType: 'Custom' });
}

type Fields = Readonly<Record<string, unknown>>;

eachServer((_, start) => {
  let started: Promise<TestServer> | undefined;
  const fresh = async () => {
    started ??= start();
    const server = await started;
    const account = await server.newAccount();
    const search = async (parameters: Record<string, string> = {}): Promise<readonly Fields[]> => {
      const keys: Fields[] = [];
      let Marker: string | undefined;
      do {
        const answer = await account.admin.callRpc(OWN, 'SearchAccessKeys', {
          ...parameters,
          ...(Marker === undefined ? {} : { Marker }),
        });
        keys.push(...(answer['AccessKeys'] as Fields[]));
        Marker = answer['Marker'] as string | undefined;
        assert.equal(answer['IsTruncated'], Marker !== undefined);
      } while (Marker !== undefined);
      return keys;
    };
    const idsOf = async (parameters: Record<string, string> = {}) =>
      (await search(parameters)).map((key) => key['AccessKeyId']);
    /** Changes columns of a key that no operation sets to the past. */
    const change = (accessKeyId: string, columns: { created_at?: number; expires_at?: number }) =>
      server.services.store.write(({ queries }) =>
        queries.updateTable('access_keys').set(columns).where('access_key_id', '=', accessKeyId).execute(),
      );
    return { server, account, admin: account.admin, search, idsOf, change };
  };

  describe('SearchAccessKeys', () => {
    test('finds keys by any part of id, owner and note, of all owners, newest first', async () => {
      const { server, account, admin, search, idsOf, change } = await fresh();
      const [ci, web] = [await server.newUser(account, 'ci-Build'), await server.newUser(account, 'web_1')];
      await change(ci.key.accessKeyId, { created_at: Date.now() - DAY_MS });
      const rootKey = await account.rootKey();
      await admin.callRpc(OWN, 'SetAccessKeyNote', {
        UserPrincipalName: web.userPrincipalName,
        UserAccessKeyId: web.key.accessKeyId,
        Note: 'Übung 100%',
      });
      const all = await idsOf();
      assert.equal(all.at(-1), ci.key.accessKeyId, 'the oldest is last');
      assert.ok([web.key.accessKeyId, rootKey.accessKeyId].every((id) => all.includes(id)));
      assert.deepEqual(await idsOf({ MaxItems: '1' }), all, 'by pages');
      const found: readonly (readonly [text: string, ids: readonly string[]])[] = [
        [ci.key.accessKeyId, [ci.key.accessKeyId]],
        [ci.key.accessKeyId.slice(4, 16).toLowerCase(), [ci.key.accessKeyId]],
        ['BUILD', [ci.key.accessKeyId]],
        ['web_', [web.key.accessKeyId]],
        ['wEb%', []],
        ['übung 100%', [web.key.accessKeyId]],
        ['Übung', [web.key.accessKeyId]],
        ['root', [rootKey.accessKeyId]],
        ["' or 1=1 --", []],
        ['\\', []],
      ];
      for (const [text, ids] of found) assert.deepEqual(await idsOf({ Search: text }), ids, text);
      const [key] = await search({ Search: 'web_1' });
      assert.deepEqual(
        { ...key },
        {
          AccessKeyId: web.key.accessKeyId,
          OwnerType: 'RamUser',
          UserId: web.userId,
          UserPrincipalName: web.userPrincipalName,
          OwnerAccessKeys: 1,
          Note: 'Übung 100%',
          Status: 'Active',
          CreateDate: key?.['CreateDate'],
          ExpireDate: '',
          RecycleDate: '',
          NetworkRestriction: 'None',
          LastUsedDate: '',
          ServiceName: '',
          SourceAddress: '',
        },
      );
    });

    test('selects by status, age, last use, expiry and restriction', async () => {
      const { server, account, admin, idsOf, search, change } = await fresh();
      const user = async (name: string) => (await server.newUser(account, name)).key.accessKeyId;
      const [idle, used, expiring, restricted] = [
        await user('idle'),
        await user('used'),
        await user('expiring'),
        await user('restricted'),
      ];
      const long = Date.now() - 100 * DAY_MS;
      for (const id of [idle, used]) await change(id, { created_at: long });
      await server.services.store.write(({ queries }) =>
        queries
          .insertInto('access_key_uses')
          .values(
            [
              { access_key_id: idle, used_at: long + 1 },
              { access_key_id: used, used_at: Date.now() - DAY_MS },
            ].map((use) => ({ ...use, service_name: 'Ram', region_id: '', source_ip: '192.0.2.7' })),
          )
          .execute(),
      );
      await change(expiring, { expires_at: Date.now() + 5 * DAY_MS });
      await admin.call(IMS, 'SetAccessKeyPolicy', {
        UserPrincipalName: `restricted@${account.domain}`,
        UserAccessKeyId: restricted,
        AccessKeyPolicy: JSON.stringify({
          Version: 1,
          Status: 'Active',
          Statements: [{ Type: 'ClassicWhiteList', IPList: ['192.0.2.0/24'] }],
        }),
      });
      await admin.callRpc(RAM, 'UpdateAccessKey', {
        UserName: 'used',
        UserAccessKeyId: used,
        Status: 'Inactive',
      });
      assert.deepEqual(await idsOf({ UnusedDays: '90' }), [idle]);
      assert.deepEqual(await idsOf({ OlderThanDays: '90', Status: 'Active' }), [idle]);
      assert.deepEqual(await idsOf({ Status: 'Inactive' }), [used]);
      assert.deepEqual(await idsOf({ ExpiresWithinDays: '7' }), [expiring]);
      assert.deepEqual(await idsOf({ ExpiresWithinDays: '4' }), []);
      assert.ok(!(await idsOf({ Unrestricted: 'true' })).includes(restricted));
      const [key] = await search({ Search: 'used' });
      assert.deepEqual(
        [key?.['ServiceName'], key?.['SourceAddress'], key?.['NetworkRestriction']],
        ['Ram', '192.0.2.7', 'None'],
      );
      assert.equal((await search({ Search: restricted }))[0]?.['NetworkRestriction'], 'AccessKey');

      await admin.callRpc(RAM, 'DeleteAccessKey', { UserName: 'idle', UserAccessKeyId: idle });
      assert.deepEqual(await idsOf({ Search: idle }), []);
      assert.deepEqual(await idsOf({ Status: 'Recycled' }), [idle]);
      assert.deepEqual(await idsOf({ Search: idle, Status: 'All' }), [idle]);
    });

    test('shows no key of another account, and needs a permission of its own', async () => {
      const { server, account, admin } = await fresh();
      const other = await fresh();
      const foreign = await server.newUser(other.account, 'foreign');
      const { AccessKeys } = await admin.callRpc(OWN, 'SearchAccessKeys', {
        Search: foreign.key.accessKeyId,
      });
      assert.deepEqual(AccessKeys, []);
      const reader = await server.newUser(account, 'reader');
      await attach(account, 'reader', allowing('ram:*', '*'));
      await refused(reader.clients.callRpc(OWN, 'SearchAccessKeys'), 'NoPermission', 403);
      await refused(admin.callRpc(OWN, 'SearchAccessKeys', { Marker: 'x' }), 'InvalidMarker', 400);
    });
  });

  describe('ContainAccessKey', () => {
    test('disables the key, ends its sessions whatever the account sets, and says what it did', async () => {
      const { server, account, admin } = await fresh();
      const leaked = await server.newUser(account, 'leaked');
      for (const PolicyName of ['AliyunSTSAssumeRoleAccess', 'AliyunRAMFullAccess']) {
        await admin.callRpc(RAM, 'AttachPolicyToUser', {
          UserName: 'leaked',
          PolicyName,
          PolicyType: 'System',
        });
      }
      await admin.callRpc(RAM, 'CreateRole', {
        RoleName: 'deploy',
        AssumeRolePolicyDocument: trusting({ RAM: [`acs:ram::${account.accountId}:root`] }),
      });
      await admin.callRpc(OWN, 'SetAccountProtection', { RoleSessionsEndWithAccessKey: 'false' });
      const { Credentials } = await leaked.clients.callRpc(STS, 'AssumeRole', {
        RoleArn: `acs:ram::${account.accountId}:role/deploy`,
        RoleSessionName: 'job',
      });
      const { AccessKeyId, AccessKeySecret, SecurityToken } = Credentials as Record<string, string>;
      const session = server.clients({
        accessKeyId: String(AccessKeyId),
        accessKeySecret: String(AccessKeySecret),
        securityToken: String(SecurityToken),
      });
      await session.callRpc(STS, 'GetCallerIdentity');
      await leaked.clients.callRpc(RAM, 'CreateUser', { UserName: 'backdoor' });
      await leaked.clients.callRpc(RAM, 'ListUsers');
      await refused(leaked.clients.callRpc(OWN, 'ListGuards'), 'NoPermission', 403);

      // Reads are recorded in portions.
      const eventsOf = async () => {
        const Hours = '1';
        const found = await admin.callRpc(OWN, 'GetAccessKeyActivity', {
          UserAccessKeyId: leaked.key.accessKeyId,
          Hours,
        });
        return (found['Activity'] as Fields)['Events'] as number;
      };
      while ((await eventsOf()) < 4);

      const answer = await admin.callRpc(OWN, 'ContainAccessKey', {
        UserAccessKeyId: leaked.key.accessKeyId,
      });
      assert.equal(answer['Status'], 'Inactive');
      assert.equal(answer['UserPrincipalName'], leaked.userPrincipalName);
      await refused(leaked.clients.callRpc(RAM, 'ListUsers'), 'InvalidAccessKeyId.Inactive', 403);
      await refused(session.callRpc(STS, 'GetCallerIdentity'), 'InvalidAccessKeyId.NotFound', 404);
      const activity = answer['Activity'] as Record<string, Fields[]> & { Partial: boolean };
      assert.equal(activity.Partial, false);
      const calls = activity['Calls']?.map(({ EventName, Count, Refused }) => [EventName, Count, Refused]);
      for (const call of [
        ['AssumeRole', 1, 0],
        ['CreateUser', 1, 0],
        ['ListGuards', 1, 1],
        ['ListUsers', 1, 0],
      ]) {
        assert.ok(
          calls?.some((known) => String(known) === String(call)),
          `${call}: ${calls?.join('; ')}`,
        );
      }
      assert.deepEqual(
        activity['Changes']
          ?.filter(({ EventName }) => EventName === 'CreateUser')
          .map(({ ResourceType, ResourceName }) => [ResourceType, ResourceName]),
        [['ACS::RAM::User', 'backdoor']],
      );
      assert.deepEqual(
        activity['Addresses']?.map(({ Address }) => Address),
        ['127.0.0.1'],
      );
      // Once more, after it was deleted: what it did is still told, and nothing is revived.
      await admin.callRpc(RAM, 'DeleteAccessKey', {
        UserName: 'leaked',
        UserAccessKeyId: leaked.key.accessKeyId,
      });
      assert.ok((await eventsOf()) >= 4);
      await admin.callRpc(OWN, 'ContainAccessKey', { UserAccessKeyId: leaked.key.accessKeyId });
      await refused(leaked.clients.callRpc(RAM, 'ListUsers'), 'InvalidAccessKeyId.NotFound', 404);
    });

    test('says so when a list of the report is not whole', async () => {
      const { server, account, admin } = await fresh();
      const busy = await server.newUser(account, 'busy');
      await attach(account, 'busy', allowing('ram:CreateUser', '*'));
      const activity = async () => {
        const answer = await admin.callRpc(OWN, 'GetAccessKeyActivity', {
          UserAccessKeyId: busy.key.accessKeyId,
        });
        const { Changes, Partial, Events } = answer['Activity'] as Record<string, Fields[]>;
        return [Changes?.length, Partial, Events];
      };
      await busy.clients.callRpc(RAM, 'CreateUser', { UserName: 'made' });
      /** Adds resources to what the call has touched. */
      const touch = (count: number) =>
        server.services.store.write(async ({ queries }) => {
          const { position, event_time } = await queries
            .selectFrom('audit_records')
            .select(['position', 'event_time'])
            .where('access_key_id', '=', busy.key.accessKeyId)
            .executeTakeFirstOrThrow();
          const row = {
            position,
            event_time,
            account_id: account.accountId,
            resource_type: 'ACS::RAM::User',
          };
          const names = Array.from({ length: count }, (_, index) => `made-${count}-${index}`);
          await queries
            .insertInto('audit_event_resources')
            .values(names.map((resource_name) => ({ ...row, resource_name })))
            .execute();
        });
      await touch(99);
      assert.deepEqual(await activity(), [100, false, 1]);
      await touch(1);
      assert.deepEqual(await activity(), [100, true, 1]);
    });

    test('is authorised by the owner of the key, and tells nothing of other keys', async () => {
      const { server, account, admin } = await fresh();
      const [alice, bob] = [await server.newUser(account, 'alice'), await server.newUser(account, 'bob')];
      await attach(
        account,
        'bob',
        allowing('claviger:ContainAccessKey', `acs:ram::${account.accountId}:user/bob`),
      );
      const contain = (clients: typeof admin, id: string) =>
        clients.callRpc(OWN, 'ContainAccessKey', { UserAccessKeyId: id });
      const messages = [];
      for (const id of [alice.key.accessKeyId, 'LTAI5tUnknownUnknown0000']) {
        messages.push((await refused(contain(bob.clients, id), 'NoPermission', 403)).message.split(',')[0]);
      }
      assert.equal(messages[0], messages[1]);
      const rootKey = await account.rootKey();
      await refused(contain(admin, rootKey.accessKeyId), 'EntityNotExist.User.AccessKey', 404);
      await contain(server.clients(rootKey), alice.key.accessKeyId);
      await contain(bob.clients, bob.key.accessKeyId);
    });
  });
});
