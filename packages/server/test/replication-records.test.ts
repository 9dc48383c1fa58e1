/** Records that guards of one account receive: each what its services need, though the database is read once for all. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ReplicationRecord } from '@claviger/guard/replication';
import { AccountRecords } from '../src/replication/account-records.ts';
import { SharedReads } from '../src/replication/shared-reads.ts';
import type { Change } from '../src/store/store.ts';
import { document, userWith } from './replicated-guard.ts';
import { eachServer, type TestServer } from './server.ts';

const SERVICES = [['orders'], ['invoices'], ['orders', 'invoices'], []] as const;

const allow = (service: string) => ({ Effect: 'Allow', Action: `${service}:*`, Resource: '*' });

async function all(batches: AsyncIterable<ReplicationRecord[]>): Promise<ReplicationRecord[]> {
  const records: ReplicationRecord[] = [];
  for await (const batch of batches) records.push(...batch);
  return records;
}

/** Ids of the keys of which the guard has the verifier. */
function verified(records: readonly ReplicationRecord[]): string[] {
  return records.flatMap((record) =>
    record[0] === 'access-key' && record.length > 2 && record[3] !== null ? [record[1]] : [],
  );
}

eachServer((_, start) => {
  describe('records for guards with different services', () => {
    let server: TestServer;

    before(async () => {
      server = await start();
    });

    test('are the same as those of a guard that reads for itself, after each change', async () => {
      const account = await server.newAccount();
      const { admin, accountId } = account;
      const { services } = server;
      const ram = (action: string, parameters: Record<string, unknown>) =>
        admin.callRpc('2015-05-01', action, parameters);
      const alice = await userWith(server, account, 'alice', allow('orders'));
      const bob = await userWith(server, account, 'bob', allow('invoices'));
      const changes: Change[] = [];
      const shared = new SharedReads(services.store);
      const unfollow = services.store.follow((change) => {
        if (change.accountId === accountId) changes.push(change);
      });
      let reads = 0;
      const counting = {
        position: shared.position,
        read: <T>(account: string, what: readonly unknown[], query: () => Promise<T>) =>
          shared.read(account, what, () => {
            reads += 1;
            return query();
          }),
      } as SharedReads;
      const guards = SERVICES.map((guarded) => ({
        guarded,
        own: new AccountRecords(services, accountId, guarded),
        sharing: [1, 2].map(() => new AccountRecords(services, accountId, guarded, counting)),
      }));
      /** Compares what each guard receives. @returns the verified keys by services of the guard */
      const compare = async (
        after: string,
        records: (of: AccountRecords) => Promise<ReplicationRecord[]>,
      ) => {
        const received = await Promise.all(
          guards.map(async ({ guarded, own, sharing }) => {
            const [expected, ...others] = await Promise.all([own, ...sharing].map(records));
            for (const other of others) assert.deepEqual(other, expected, `${after}: ${guarded}`);
            return [guarded.join(), verified(expected!)] as const;
          }),
        );
        return Object.fromEntries(received);
      };
      assert.deepEqual(await compare('everything', (of) => all(of.everything())), {
        orders: [alice.accessKeyId],
        invoices: [bob.accessKeyId],
        'orders,invoices': [alice.accessKeyId, bob.accessKeyId].sort(),
        '': [],
      });
      const both = { PolicyName: 'both', PolicyType: 'Custom' };
      const keyOfAlice = { UserName: 'alice', UserAccessKeyId: alice.accessKeyId };
      const steps: readonly [string, Record<string, unknown>][] = [
        ['UpdateAccessKey', { ...keyOfAlice, Status: 'Inactive' }],
        ['UpdateAccessKey', { ...keyOfAlice, Status: 'Active' }],
        ['CreateGroup', { GroupName: 'staff' }],
        ['CreatePolicy', { ...both, PolicyDocument: document(allow('invoices')) }],
        ['AttachPolicyToGroup', { ...both, GroupName: 'staff' }],
        ['AddUserToGroup', { UserName: 'alice', GroupName: 'staff' }],
        ['AttachPolicyToUser', { PolicyName: 'AliyunRAMFullAccess', PolicyType: 'System', UserName: 'bob' }],
        ['CreatePolicyVersion', { ...both, PolicyDocument: document(allow('orders')), SetAsDefault: 'true' }],
        [
          'DetachPolicyFromUser',
          { PolicyName: 'AliyunRAMFullAccess', PolicyType: 'System', UserName: 'bob' },
        ],
        ['AddUserToGroup', { UserName: 'bob', GroupName: 'staff' }],
        ['UpdateUser', { UserName: 'bob', NewUserName: 'robert' }],
        ['DetachPolicyFromGroup', { ...both, GroupName: 'staff' }],
        ['DeleteAccessKey', keyOfAlice],
      ];
      for (const [action, parameters] of steps) {
        await ram(action, parameters);
        const heard = changes.splice(0);
        reads = 0;
        const received = await compare(action, (of) => all(of.of(heard)));
        if (action === 'UpdateAccessKey') {
          assert.deepEqual(received[''], []);
          assert.deepEqual(received['invoices'], []);
          assert.deepEqual(received['orders'], [alice.accessKeyId]);
          // The key, its owner, and its verifier: once for the eight guards that share.
          assert.equal(reads, 3);
        }
      }
      unfollow();
    });
  });
});
