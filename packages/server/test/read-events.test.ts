/** Audit events for an operator: of every account, in the order of time, in pages. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { insertAuditEvents } from '../src/audit/audit-events.ts';
import { type EventSelection, readEvents } from '../src/audit/read-events.ts';
import { openStore } from '../src/store/open-store.ts';
import type { AuditRecord } from '../src/store/schema.ts';
import type { Store } from '../src/store/store.ts';
import { eachDatabase } from './databases.ts';

const accountIds = ['', '1000000000000001', '1000000000000002', '1000000000000003'];
const names = ['CreateUser', 'ListUsers', 'RefusalSummary'];
const keys = ['', 'LTAI5tOne', 'LTAI5tTwo'];
const beginning = Date.UTC(2026, 10, 1);

function row(number: number): AuditRecord {
  const pick = (from: readonly string[], step: number) => from[Math.floor(number / step) % from.length] ?? '';
  return {
    event_id: randomUUID().toUpperCase(),
    account_id: pick(accountIds, 1),
    // Many in one millisecond, so that pages end between them.
    event_time: beginning + Math.floor((number * 7919) / 97) * 10,
    event_name: pick(names, 3),
    service_name: 'Ims',
    event_rw: 'Read',
    access_key_id: pick(keys, 5),
    user_name: '',
    source_ip: '127.0.0.1',
    error_code: '',
    signature_nonce: '',
    api_version: '',
    user_agent: '',
    identity_type: 'unknown',
    principal_id: '',
    is_secure: 0,
    event: '',
  };
}

eachDatabase((_, { freshLocation }) => {
  describe('reading audit events', () => {
    const stores: Store[] = [];
    after(async () => {
      for (const store of stores) await store.close();
    });

    test('returns the matching events, each once, the oldest first', async () => {
      const store = await openStore(await freshLocation(), { now: Date.now });
      stores.push(store);
      const rows = Array.from({ length: 6000 }, (_each, number) => row(number));
      // Many at the same instant in one account: more than a page.
      for (let number = 0; number < 1500; number++) {
        rows.push({ ...row(number), account_id: accountIds[1]!, event_time: beginning + 5000 });
      }
      for (let from = 0; from < rows.length; from += 500) {
        await store.write(({ queries }) =>
          insertAuditEvents(store.kind, queries, rows.slice(from, from + 500)),
        );
      }
      const all: EventSelection = { since: 0, until: Date.now() * 2 };
      const selections: EventSelection[] = [
        all,
        { ...all, accountId: '' },
        { ...all, accountId: accountIds[1] },
        { ...all, accountId: '1999999999999999' },
        { ...all, eventName: 'CreateUser' },
        { ...all, accessKeyId: 'LTAI5tTwo' },
        { ...all, accountId: '', accessKeyId: 'LTAI5tOne', eventName: 'RefusalSummary' },
        { ...all, since: beginning + 1000, until: beginning + 5000 },
        { since: beginning + 5000, until: beginning + 5000 },
      ];
      for (const selection of selections) {
        const expected = rows
          .filter((each) => each.event_time >= selection.since && each.event_time <= selection.until)
          .filter((each) => selection.accountId === undefined || each.account_id === selection.accountId)
          .filter((each) => selection.eventName === undefined || each.event_name === selection.eventName)
          .filter(
            (each) => selection.accessKeyId === undefined || each.access_key_id === selection.accessKeyId,
          )
          // Stable: events of one instant are in the order of their insertion.
          .sort((one, other) => one.event_time - other.event_time)
          .map((each) => each.event_id);
        const found: string[] = [];
        for await (const event of readEvents(store.queries, selection)) found.push(event.event_id);
        assert.deepEqual(found, expected, JSON.stringify(selection));
      }
    });
  });
});
