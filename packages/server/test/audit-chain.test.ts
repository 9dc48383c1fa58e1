/** The audit log as evidence: a record that was changed, removed, added, reordered or cut off is found, on both databases. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { insertAuditEvents } from '../src/audit/audit-events.ts';
import type { ChainAnchor } from '../src/audit/chain-anchor.ts';
import { checkpointHash, checkpointStatement } from '../src/audit/chain-format.ts';
import { RecordFollower } from '../src/audit/chain-reader.ts';
import { chainEnd, chainRecords } from '../src/audit/chain-records.ts';
import { purgeOldEvents } from '../src/audit/retention.ts';
import { type Finding, verifyChain } from '../src/audit/verify-chain.ts';
import { DAY_MS } from '../src/context/limits.ts';
import { auditSigningKeyOf } from '../src/secrets/audit-signing-key.ts';
import { Identifiers } from '../src/store/identifiers.ts';
import type { AuditRecord, Schema } from '../src/store/schema.ts';
import type { Queries, Store } from '../src/store/store.ts';
import { eachDatabase } from './databases.ts';

const key = auditSigningKeyOf(generateKeyPairSync('ed25519').privateKey);
const attacker = auditSigningKeyOf(generateKeyPairSync('ed25519').privateKey);
const keys = new Map([[key.keyId, createPublicKey(key.publicKey)]]);
const accounts = ['', '1000000000000001', '1000000000000002'];
const START = Date.UTC(2026, 10, 1);

let made = 0;

function record(time: number, accountId = accounts[made % 3]!): AuditRecord {
  made += 1;
  return {
    event_id: `E${made}`,
    account_id: accountId,
    event_time: time,
    event_name: made % 2 === 0 ? 'CreateUser' : 'GetUser',
    service_name: 'Ims',
    event_rw: 'Write',
    access_key_id: `LTAI5t${made % 5}`,
    user_name: 'alice',
    source_ip: '203.0.113.7',
    error_code: '',
    signature_nonce: `n${made}`,
    api_version: '2019-08-15',
    user_agent: 'agent',
    identity_type: 'ram-user',
    principal_id: '21',
    is_secure: 1,
    event: made % 4 === 0 ? `{"requestParameters":{"UserName":"bob-${made}\\ud800"}}` : '',
  };
}

const append = (store: Store, records: readonly AuditRecord[]) =>
  store.write(({ queries }) => insertAuditEvents(store.kind, queries, records));

const found = async (store: Store, anchors: readonly ChainAnchor[] = []): Promise<readonly Finding[]> =>
  (await verifyChain(store.queries, { keys, anchors })).findings;

const TABLES = ['audit_records', 'audit_blocks', 'audit_checkpoints', 'audit_heads'] as const;

eachDatabase((_, { open, freshLocation }) => {
  describe('the chain of the audit log', () => {
    let store: Store;
    let saved: Record<string, Record<string, unknown>[]>;
    /** Last checkpoint, as an operator has it from a log. */
    let anchor: ChainAnchor;

    before(async () => {
      store = await open();
      for (let checkpoint = 0; checkpoint < 4; checkpoint += 1) {
        await append(
          store,
          Array.from({ length: 9 }, (_each, index) => record(START + checkpoint * 10_000 + index)),
        );
        await chainRecords(store, key, START + checkpoint * 10_000);
      }
      anchor = await chainEnd(store.queries);
      saved = Object.fromEntries(
        await Promise.all(
          TABLES.map(async (table) => [table, await store.queries.selectFrom(table).selectAll().execute()]),
        ),
      );
    });

    /** Changes the database behind the server's back, verifies, and puts everything back. */
    async function attack(
      change: (queries: Queries) => Promise<unknown>,
      anchors: readonly ChainAnchor[] = [],
    ) {
      await store.write(async ({ queries }) => {
        await change(queries);
      });
      const findings = await found(store, anchors);
      await store.write(async ({ queries }) => {
        for (const table of TABLES) {
          await queries.deleteFrom(table).execute();
          await queries
            .insertInto(table)
            .values(saved[table] as never)
            .execute();
        }
      });
      return findings;
    }

    const kinds = (findings: readonly Finding[]) => [...new Set(findings.map(({ kind }) => kind))];

    /** Gives a row's value in one column to another row. */
    const set = <Table extends (typeof TABLES)[number]>(
      queries: Queries,
      table: Table,
      values: Partial<Record<keyof Schema[Table], unknown>>,
      where: Partial<Record<keyof Schema[Table], unknown>>,
    ) => {
      let update = queries.updateTable(table as 'audit_records').set(values as never);
      for (const [column, value] of Object.entries(where))
        update = update.where(column as 'event', '=', value as never);
      return update.execute();
    };

    test('has every record, with nothing to find', async () => {
      const report = await verifyChain(store.queries, { keys, anchors: [anchor] });
      assert.deepEqual(report.findings, []);
      assert.deepEqual([report.checkpoints, report.records, report.unchained], [4, 36, 0]);
      assert.equal(report.newest?.number, 4);
    });

    test('a changed column of a record is found, whichever it is, with the event', async () => {
      const victim = saved['audit_records']![11] as unknown as AuditRecord & { position: number };
      for (const [column, value] of Object.entries(victim)) {
        if (column === 'position') continue;
        const changed = typeof value === 'number' ? Number(value) + 1 : `${value}x`;
        const findings = await attack((queries) =>
          set(queries, 'audit_records', { [column]: changed }, { position: victim.position }),
        );
        assert.deepEqual(kinds(findings), ['changed'], column);
        assert.equal(findings[0]!.eventId, column === 'event_id' ? changed : victim.event_id);
      }
    });

    test('a removed record, an added one, and two that change places are found', async () => {
      const [one, other] = saved['audit_records']! as unknown as { position: number }[];
      const removed = await attack((queries) =>
        queries.deleteFrom('audit_records').where('position', '=', one!.position).execute(),
      );
      assert.deepEqual(kinds(removed), ['removed']);
      const added = await attack((queries) =>
        queries
          .insertInto('audit_records')
          .values(record(START + 5))
          .execute(),
      );
      assert.deepEqual(kinds(added), ['added']);
      const exchanged = await attack(async (queries) => {
        await set(queries, 'audit_records', { position: 10_000 }, { position: one!.position });
        await set(queries, 'audit_records', { position: one!.position }, { position: other!.position });
        await set(queries, 'audit_records', { position: other!.position }, { position: 10_000 });
      });
      assert.deepEqual([kinds(exchanged), exchanged.length], [['changed'], 2]);
    });

    test('a block that is removed, changed, renumbered or moved to another account is found', async () => {
      const account = accounts[1]!;
      const attacks: Record<string, (queries: Queries) => Promise<unknown>> = {
        removed: (queries) =>
          queries
            .deleteFrom('audit_blocks')
            .where('account_id', '=', account)
            .where('sequence', '=', 2)
            .execute(),
        'without a record': async (queries) => {
          const { members } = await queries
            .selectFrom('audit_blocks')
            .select('members')
            .where('account_id', '=', account)
            .where('sequence', '=', 2)
            .executeTakeFirstOrThrow();
          await set(
            queries,
            'audit_blocks',
            { members: members.slice(0, 12) },
            { account_id: account, sequence: 2 },
          );
        },
        renumbered: async (queries) => {
          await set(queries, 'audit_blocks', { sequence: 99 }, { account_id: account, sequence: 2 });
          await set(queries, 'audit_blocks', { sequence: 2 }, { account_id: account, sequence: 3 });
          await set(queries, 'audit_blocks', { sequence: 3 }, { account_id: account, sequence: 99 });
        },
        moved: (queries) =>
          set(queries, 'audit_blocks', { account_id: '9' }, { account_id: account, sequence: 2 }),
        'a whole account': async (queries) => {
          await queries.deleteFrom('audit_blocks').where('account_id', '=', account).execute();
          await queries.deleteFrom('audit_heads').where('account_id', '=', account).execute();
          await queries.deleteFrom('audit_records').where('account_id', '=', account).execute();
        },
      };
      for (const [name, change] of Object.entries(attacks)) {
        assert.notDeepEqual(await attack(change), [], name);
      }
    });

    test('a checkpoint that is removed, reordered or changed in any column is found', async () => {
      const removed = await attack((queries) =>
        queries.deleteFrom('audit_checkpoints').where('number', '=', 2).execute(),
      );
      assert.ok(kinds(removed).includes('removed'));
      const reordered = await attack(async (queries) => {
        await set(queries, 'audit_checkpoints', { number: 99 }, { number: 2 });
        await set(queries, 'audit_checkpoints', { number: 2 }, { number: 3 });
        await set(queries, 'audit_checkpoints', { number: 3 }, { number: 99 });
      });
      assert.ok(kinds(reordered).includes('reordered'));
      for (const [column, value] of Object.entries(saved['audit_checkpoints']![1]!)) {
        if (column === 'number') continue;
        const changed = typeof value === 'number' ? value + 1 : `A${String(value).slice(1)}B`;
        const findings = await attack((queries) =>
          set(queries, 'audit_checkpoints', { [column]: changed }, { number: 2 }),
        );
        assert.notDeepEqual(findings, [], column);
      }
    });

    /** Removes the last checkpoint with all that it covers, as an attacker does who knows the tables. */
    async function truncate(queries: Queries): Promise<void> {
      const positions = (saved['audit_records'] as unknown as { position: number }[]).slice(-9);
      await queries
        .deleteFrom('audit_records')
        .where(
          'position',
          'in',
          positions.map(({ position }) => position),
        )
        .execute();
      await queries.deleteFrom('audit_blocks').where('checkpoint', '=', 4).execute();
      await queries.deleteFrom('audit_checkpoints').where('number', '=', 4).execute();
    }

    test('a log that was cut off at its end is found by the heads of accounts, and by a kept checkpoint', async () => {
      assert.deepEqual(kinds(await attack(truncate)), ['truncated']);
      const withHeads = async (queries: Queries) => {
        await truncate(queries);
        await queries.deleteFrom('audit_heads').execute();
      };
      assert.deepEqual(
        await attack(withHeads),
        [],
        'without a kept checkpoint there is nothing to compare with',
      );
      assert.deepEqual(kinds(await attack(withHeads, [anchor])), ['truncated']);
      assert.deepEqual(kinds(await attack(async () => {}, [{ ...anchor, hash: 'other' }])), ['truncated']);
    });

    test('a chain that was computed anew is signed by an unknown key, or has a wrong signature', async () => {
      for (const keyId of [attacker.keyId, key.keyId]) {
        const findings = await attack(async (queries) => {
          const last = await queries
            .selectFrom('audit_checkpoints')
            .selectAll()
            .where('number', '=', 4)
            .executeTakeFirstOrThrow();
          const blocks = await queries
            .selectFrom('audit_blocks')
            .selectAll()
            .where('checkpoint', '=', 4)
            .orderBy('account_id')
            .execute();
          const changed = { ...last, signed_at: last.signed_at + 1 };
          const hash = checkpointHash(changed, blocks);
          const signature = attacker.sign(checkpointStatement({ ...changed, hash }));
          await set(
            queries,
            'audit_checkpoints',
            { ...changed, hash, signature, key_id: keyId },
            { number: 4 },
          );
        });
        assert.deepEqual(kinds(findings), [keyId === key.keyId ? 'wrong-signature' : 'unknown-key']);
      }
    });

    test('a batch that is written twice is chained once', async () => {
      const own = await open();
      const batch = [record(START), record(START)];
      await append(own, batch);
      await chainRecords(own, key, START);
      await append(own, [...batch, record(START)]);
      await chainRecords(own, key, START);
      const report = await verifyChain(own.queries, { keys });
      assert.deepEqual([report.findings, report.records, report.checkpoints], [[], 3, 2]);
      assert.equal(await chainRecords(own, key, START), undefined);
    });

    test('a follower reads each new record once, chained or not', async () => {
      const own = await open();
      await append(own, [record(START), record(START)]);
      const follower = new RecordFollower(own.queries);
      const before = await follower.begin(1);
      assert.deepEqual(
        before.map((row) => row.event_id),
        [`E${made}`],
      );
      const expected: string[] = [];
      const read: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        // Late ones, and accounts in any order.
        const batch = [record(START + 100 - round), record(START)];
        await append(own, batch);
        expected.push(...batch.map((row) => row.event_id));
        if (round % 3 !== 0) read.push(...(await follower.next()).map((row) => row.event_id));
        if (round % 2 === 0) await chainRecords(own, key, START);
      }
      read.push(...(await follower.next()).map((row) => row.event_id));
      assert.deepEqual(read.toSorted(), expected.toSorted());
      assert.deepEqual(await follower.next(), []);
    });

    test('retention removes whole checkpoints; the rest is verified from the signed cut', async () => {
      const own = await open();
      const services = { store: own, identifiers: new Identifiers(randomBytes), auditRegion: 'cn-hangzhou' };
      const checkpoints: ChainAnchor[] = [];
      for (let day = 0; day < 6; day += 1) {
        await append(
          own,
          [1, 2, 3].map((offset) => record(START + day * DAY_MS + offset, accounts[day % 2])),
        );
        checkpoints.push((await chainRecords(own, key, START + day * DAY_MS))!);
      }
      const now = START + 5 * DAY_MS;
      const purge = (retention: { days: number; maxBytes?: number }, at = now) =>
        purgeOldEvents(services, key, retention, { due: at, now: at });
      assert.equal(await purge({ days: 0 }), 0);
      assert.equal(await purge({ days: 3 }), 6);
      await chainRecords(own, key, now);
      const report = await verifyChain(own.queries, { keys, anchors: checkpoints });
      assert.deepEqual(report.findings, []);
      assert.equal(report.removedByRetention, 6);
      // By size: all but what fits.
      const { total_bytes: bytes } = await chainEnd(own.queries);
      assert.ok((await purge({ days: 0, maxBytes: Math.floor(bytes / 3) })) > 0);
      assert.deepEqual(await found(own, checkpoints), []);
      // All of it; the chain goes on from the cut.
      await purge({ days: 1 }, now + 90 * DAY_MS);
      await append(own, [record(now + 91 * DAY_MS, accounts[1])]);
      while ((await chainRecords(own, key, now)) !== undefined);
      assert.deepEqual(await found(own, checkpoints), []);
      // A changed cut.
      await own.write(({ queries }) => queries.updateTable('audit_cuts').set({ total_records: 1 }).execute());
      assert.deepEqual(kinds(await found(own)), ['wrong-signature']);
    });

    test('nodes that append and chain at once leave one chain, which can be verified meanwhile', async () => {
      const location = await freshLocation();
      const nodes = [await open({}, location), await open({}, location)];
      let isDone = false;
      const chaining = nodes.map(async (node) => {
        while (!isDone || (await chainRecords(node, key, START)) !== undefined)
          await chainRecords(node, key, START);
      });
      const verifying = (async () => {
        while (!isDone) assert.deepEqual(await found(nodes[0]!), []);
      })();
      await Promise.all(
        nodes.flatMap((node) =>
          [1, 2, 3].map(async () => {
            for (let batch = 0; batch < 6; batch += 1) await append(node, [record(START), record(START)]);
          }),
        ),
      );
      isDone = true;
      await Promise.all([...chaining, verifying]);
      const report = await verifyChain(nodes[1]!.queries, { keys });
      assert.deepEqual([report.findings, report.records, report.unchained], [[], 72, 0]);
    });
  });
});
