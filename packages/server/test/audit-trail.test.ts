import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallRecord } from '../src/audit/audit-event.ts';
import { recentNonces, type UsedNonce } from '../src/audit/audit-events.ts';
import { AuditTrail, type AuditTrailOptions } from '../src/audit/audit-trail.ts';
import { eventJson } from '../src/audit/stored-event.ts';
import type { Store } from '../src/store/store.ts';
import { StoreUnavailable } from '../src/store/store-unavailable.ts';
import { eachDatabase } from './databases.ts';

const time = Date.UTC(2026, 10, 24, 8);

let made = 0;

function record(change: Partial<CallRecord> = {}): CallRecord {
  made += 1;
  return {
    requestId: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    time,
    product: 'Ims',
    version: '2019-08-15',
    operation: 'GetUser',
    access: 'read',
    accountId: '1234567890123456',
    principal: { type: 'root', accountId: '1234567890123456', arn: 'acs:ram::1234567890123456:root' },
    accessKeyId: 'LTAI5tExampleExampleExam',
    sourceAddress: '203.0.113.7',
    userAgent: '',
    secure: false,
    nonce: `nonce-${made}`,
    parameters: {},
    touched: [],
    ...change,
  };
}

/** A timer that the test fires. */
function manualTimer() {
  const armed = new Set<{ callback: () => void; milliseconds: number }>();
  return {
    armed,
    timer: (callback: () => void, milliseconds: number) => {
      const entry = { callback, milliseconds };
      armed.add(entry);
      return () => armed.delete(entry);
    },
    fire() {
      // Timers armed while firing belong to the next round.
      for (const entry of [...armed]) {
        armed.delete(entry);
        entry.callback();
      }
    },
  };
}

/** The store, which can be made unavailable. */
function interruptible(store: Store) {
  const state = { away: false, writes: 0 };
  const wrapped: Store = {
    kind: store.kind,
    queries: store.queries,
    longQueries: store.longQueries,
    follow: (listener) => store.follow(listener),
    knownRevision: () => store.knownRevision(),
    staleness: () => store.staleness(),
    isCurrent: (maxStalenessMs) => store.isCurrent(maxStalenessMs),
    load: () => store.load(),
    close: () => store.close(),
    write: async (work) => {
      state.writes += 1;
      if (state.away) throw new StoreUnavailable('away');
      return store.write(work);
    },
  };
  return { state, store: wrapped };
}

async function written(store: Store): Promise<string[]> {
  const rows = await store.queries
    .selectFrom('audit_records')
    .select('event_id')
    .orderBy('event_id')
    .execute();
  return rows.map((row) => row.event_id);
}

async function allNonces(store: Store, since: number): Promise<UsedNonce[]> {
  const all: UsedNonce[] = [];
  for await (const page of recentNonces(store.queries, since)) all.push(...page);
  return all;
}

eachDatabase((_, { open }) => {
  async function trail(options: Partial<AuditTrailOptions> = {}) {
    const { state, store } = interruptible(await open());
    const timer = manualTimer();
    const logged: string[] = [];
    const audit = new AuditTrail({
      store,
      mode: 'batched',
      timer: timer.timer,
      newId: () => randomUUID().toUpperCase(),
      log: (message) => logged.push(message),
      ...options,
    });
    return { audit, store, state, timer, logged };
  }

  describe('refusals of unauthenticated callers', () => {
    const refusal = { code: 'MissingAccessKeyId', message: 'AccessKeyId is mandatory for this action.' };
    const stranger = (change: Partial<CallRecord> = {}) =>
      record({ principal: undefined, accountId: '', nonce: '', refusal, ...change });
    const summaries = async (store: Store) =>
      store.queries
        .selectFrom('audit_records')
        .selectAll()
        .where('event_name', '=', 'RefusalSummary')
        .execute();

    for (const mode of ['batched', 'strict', 'best-effort'] as const) {
      it(`are written one by one up to a bound, then counted, and the count is written (${mode})`, async () => {
        const { audit, store, timer } = await trail({ mode });
        for (let number = 0; number < 1000; number++) await audit.append(stranger({ time: time + number }));
        assert.equal(audit.counted, 940);
        await audit.flush();
        assert.equal((await written(store)).length, 60);
        assert.deepEqual(
          [...timer.armed].map(({ milliseconds }) => milliseconds),
          [60_000],
        );
        timer.fire();
        await audit.flush();
        const [row, ...others] = await summaries(store);
        assert.deepEqual(others, []);
        assert.deepEqual(
          [row?.account_id, row?.source_ip, row?.event_time, row?.access_key_id],
          ['', '203.0.113.7', time + 999, ''],
        );
        const { eventType, sourceIpAddress, additionalEventData } = JSON.parse(eventJson(row!));
        assert.deepEqual(
          [eventType, sourceIpAddress, additionalEventData],
          [
            'RefusalSummary',
            '203.0.113.7',
            { Refusals: '940', From: '2026-11-24T08:00:00Z', Until: '2026-11-24T08:00:00Z' },
          ],
        );
        // No refusal is being counted any more, so no timer is armed.
        timer.fire();
        await audit.close();
        assert.equal((await summaries(store)).length, 1);
      });
    }

    it('leave the records of other calls as they are', async () => {
      const { audit, store } = await trail();
      for (let number = 0; number < 100; number++) audit.append(stranger());
      const kept = [
        // Records of authenticated callers in any account, refused or not, and a success without a principal.
        record({ refusal }),
        stranger({ accountId: '1234567890123456' }),
        stranger({ attempt: { accountId: '1234567890123456', type: 'user', userName: 'alice' } }),
        stranger({ refusal: undefined }),
        stranger({ sourceAddress: '203.0.113.8' }),
      ];
      for (const one of kept) audit.append(one);
      await audit.flush();
      const ids = new Set(await written(store));
      for (const { requestId } of kept) assert.ok(ids.has(requestId));
      assert.equal(audit.counted, 40);
    });

    it('that were counted are written at shutdown, too', async () => {
      const { audit, store } = await trail();
      for (let number = 0; number < 100; number++) audit.append(stranger());
      await audit.close();
      assert.equal(JSON.parse(eventJson((await summaries(store))[0]!)).additionalEventData.Refusals, '40');
    });

    it('are counted further while the queue has no room for the summary', async () => {
      const { audit, store, timer, state } = await trail({ maxQueuedLength: 100 });
      state.away = true;
      audit.append(stranger());
      for (let number = 0; number < 99; number++) await audit.append(stranger())?.catch(() => {});
      timer.fire();
      await assert.rejects(audit.flush(), StoreUnavailable);
      for (let number = 0; number < 10; number++) assert.equal(audit.append(stranger()), undefined);
      state.away = false;
      await audit.flush();
      await audit.close();
      assert.equal(JSON.parse(eventJson((await summaries(store))[0]!)).additionalEventData.Refusals, '50');
    });
  });

  describe('batched', () => {
    it('answers reads at once and commits their records together within 200 ms', async () => {
      const { audit, store, state, timer } = await trail();
      const records = [record(), record(), record()];
      for (const one of records) assert.equal(audit.append(one), undefined);
      assert.equal(audit.queued, 3);
      assert.deepEqual(
        [...timer.armed].map(({ milliseconds }) => milliseconds < 200),
        [true],
      );
      timer.fire();
      await audit.flush();
      assert.deepEqual(
        await written(store),
        records.map((one) => one.requestId),
      );
      assert.equal(state.writes, 1);
      assert.equal(audit.queued, 0);
    });

    it('begins early when a batch is full, and writes any number of them', async () => {
      const { audit, store, timer } = await trail();
      const records = Array.from({ length: 1000 }, () => record());
      for (const one of records) audit.append(one);
      await audit.flush();
      assert.equal((await written(store)).length, 1000);
      assert.equal(timer.armed.size, 0);
    });

    it('commits the record of a change with the change, or neither', async () => {
      const { audit, store } = await trail();
      const [kept, lost] = [record({ access: 'write' }), record({ access: 'write' })];
      await store.write(({ queries }) => audit.commitWith(queries, kept));
      await assert.rejects(
        store.write(async ({ queries }) => {
          await audit.commitWith(queries, lost);
          throw new Error('the change failed');
        }),
        /the change failed/,
      );
      assert.deepEqual(await written(store), [kept.requestId]);
    });

    it('keeps records while the database is unavailable, and writes them afterwards', async () => {
      const { audit, store, state, timer, logged } = await trail();
      const records = [record(), record()];
      state.away = true;
      audit.append(records[0]!);
      await assert.rejects(audit.flush(), StoreUnavailable);
      assert.equal(audit.writable, false);
      assert.equal(audit.append(records[1]!), undefined);
      timer.fire();
      await assert.rejects(audit.flush(), StoreUnavailable);
      assert.equal(audit.queued, 2);
      state.away = false;
      timer.fire();
      await audit.flush();
      assert.equal(audit.writable, true);
      assert.deepEqual(
        await written(store),
        records.map((one) => one.requestId),
      );
      assert.deepEqual(logged, [
        'the audit log cannot be written: trying again until it can',
        'the audit log is written again',
      ]);
    });

    it('refuses calls, and counts them, once memory is full and the database unavailable', async () => {
      const { audit, store, state } = await trail({ maxQueuedLength: 1 });
      state.away = true;
      audit.append(record());
      await assert.rejects(audit.append(record()) ?? Promise.resolve(), StoreUnavailable);
      await assert.rejects(audit.append(record()) ?? Promise.resolve(), StoreUnavailable);
      assert.equal(audit.queued, 1);
      assert.equal(audit.dropped, 2);
      state.away = false;
      await audit.flush();
      assert.equal((await written(store)).length, 1);
      assert.equal(audit.append(record()), undefined);
    });

    it('makes calls wait for room while the database is only slow', async () => {
      const { audit, store } = await trail({ maxQueuedLength: 1 });
      audit.append(record());
      await audit.append(record());
      await audit.flush();
      assert.equal((await written(store)).length, 2);
      assert.equal(audit.dropped, 0);
    });

    it('writes a record once, also if the result of the first write is unknown', async () => {
      const { audit, store } = await trail();
      const one = record();
      await store.write(({ queries }) => audit.commitWith(queries, one));
      audit.append(one);
      await audit.flush();
      assert.deepEqual(await written(store), [one.requestId]);
    });

    it('writes the other records of a batch if the database rejects one', async () => {
      const { audit, store, logged } = await trail();
      const [bad, good] = [record({ time: 0.5 }), record()];
      audit.append(bad);
      audit.append(good);
      await audit.flush();
      assert.deepEqual(await written(store), [good.requestId]);
      assert.equal(audit.dropped, 1);
      assert.deepEqual(logged, [`the audit record ${bad.requestId} is not accepted by the database`]);
    });

    it('accepts the record of a read inside a write', async () => {
      const { audit, store, timer, logged } = await trail();
      await store.write(async () => {
        audit.append(record());
        timer.fire();
        for (let count = 0; count < 300; count += 1) audit.append(record());
        // The flush starts while the write is still open.
        await nextTurn();
      });
      await audit.flush();
      assert.equal((await written(store)).length, 301);
      assert.deepEqual(logged, []);
    });
  });

  describe('strict', () => {
    it('answers a read only when its record is committed; those that wait share a commit', async () => {
      const { audit, store, state } = await trail({ mode: 'strict' });
      const records = [record(), record(), record()];
      await Promise.all(records.map((one) => audit.append(one)));
      assert.deepEqual(
        await written(store),
        records.map((one) => one.requestId),
      );
      assert.equal(state.writes, 1);
    });

    it('does not answer when the record cannot be written', async () => {
      const { audit, state } = await trail({ mode: 'strict' });
      state.away = true;
      await assert.rejects(audit.append(record()) ?? Promise.resolve(), StoreUnavailable);
    });

    it('waits for the next commit when one is under way', async () => {
      const { audit, store } = await trail({ mode: 'strict' });
      const first = audit.append(record());
      await Promise.resolve();
      await Promise.resolve();
      const second = record();
      await audit.append(second);
      assert.ok((await written(store)).includes(second.requestId));
      await first;
    });
  });

  describe('best effort', () => {
    it('answers everything at once, also while the log cannot be written, and counts what it drops', async () => {
      const { audit, store, state } = await trail({ mode: 'best-effort', maxQueuedLength: 1 });
      const change = record({ access: 'write' });
      await store.write(({ queries }) => audit.commitWith(queries, change));
      state.away = true;
      assert.equal(audit.append(record()), undefined);
      assert.equal(audit.dropped, 1);
      state.away = false;
      await audit.flush();
      assert.deepEqual(await written(store), [change.requestId]);
    });

    it('writes one record of a change whose transaction ran twice: the last', async () => {
      const { audit, store } = await trail({ mode: 'best-effort' });
      const change = record({ access: 'write', sourceAddress: 'first' });
      await audit.commitWith(store.queries, change);
      await audit.commitWith(store.queries, { ...change, sourceAddress: 'second' });
      await audit.flush();
      const rows = await store.queries.selectFrom('audit_records').select('source_ip').execute();
      assert.deepEqual(rows, [{ source_ip: 'second' }]);
    });
  });

  describe('closing', () => {
    it('writes the queued records and accepts no more', async () => {
      const { audit, store, timer } = await trail();
      const one = record();
      audit.append(one);
      await audit.close();
      assert.deepEqual(await written(store), [one.requestId]);
      assert.equal(timer.armed.size, 0);
      await assert.rejects(audit.append(record()) ?? Promise.resolve(), StoreUnavailable);
    });

    it('rejects if records could not be written', async () => {
      const { audit, state, logged } = await trail();
      audit.append(record());
      state.away = true;
      await assert.rejects(audit.close(), StoreUnavailable);
      assert.match(logged.join('\n'), /1 audit records could not be written before the end/);
    });
  });

  describe('written events', () => {
    it('give a restarted node the used nonces, exactly as they were signed', async () => {
      const { audit, store } = await trail();
      audit.append(record({ time: time - 1, nonce: 'too old' }));
      audit.append(record({ nonce: '' }));
      audit.append(record({ nonce: 'a\0\\b' }));
      audit.append(record({ time: time + 5, nonce: 'later', accessKeyId: 'LTAIother' }));
      await audit.flush();
      assert.deepEqual(await allNonces(store, time), [
        { accessKeyId: 'LTAI5tExampleExampleExam', nonce: 'a\0\\b', time },
        { accessKeyId: 'LTAIother', nonce: 'later', time: time + 5 },
      ]);
    });

    it('are read in pages, each nonce once, also if many arrived in the same millisecond', async () => {
      const { audit, store } = await trail();
      const count = 10_003;
      for (let index = 0; index < count; index += 1) audit.append(record({ time: time + (index % 2) }));
      await audit.flush();
      const nonces = await allNonces(store, time);
      assert.equal(nonces.length, count);
      assert.equal(new Set(nonces.map(({ nonce }) => nonce)).size, count);
    });
  });
});
