/** Audit events that an earlier release has written: moved to the records of this one, as they were. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { recentNonces } from '../src/audit/audit-events.ts';
import { moveOldEvents } from '../src/audit/move-events.ts';
import { readEvents } from '../src/audit/read-events.ts';
import { eventJson } from '../src/audit/stored-event.ts';
import { openStore } from '../src/store/open-store.ts';
import type { AuditEventRow } from '../src/store/schema.ts';
import type { Store } from '../src/store/store.ts';
import { eachDatabase } from './databases.ts';

const accounts = ['', '1000000000000001', '1000000000000002'];

function oldEvent(number: number): AuditEventRow {
  const accountId = accounts[number % 3]!;
  const event = {
    eventId: `E${number}`,
    requestId: `E${number}`,
    eventVersion: 1,
    eventType: number % 7 === 0 ? 'OperatorCommand' : 'ApiCall',
    eventTime: '1970-01-01T00:00:01Z',
    eventName: 'CreateUser',
    eventRW: 'Write',
    eventSource: 'ims.aliyuncs.com',
    serviceName: 'Ims',
    apiVersion: '2019-08-15',
    acsRegion: 'cn-hangzhou',
    isGlobal: true,
    sourceIpAddress: '203.0.113.7',
    userAgent: `agent ${number % 5}\u0000`,
    errorCode: '',
    errorMessage: '',
    userIdentity: {
      type: 'ram-user',
      accountId,
      principalId: '2',
      userName: 'alice',
      accessKeyId: 'LTAI5t1',
    },
    requestParameters: { UserName: `bob-${number}` },
    responseElements: { User: { UserId: `${number}` } },
    referencedResources: { 'ACS::RAM::User': [`bob-${number}`] },
    additionalEventData: { Scheme: 'http' },
  };
  return {
    event_id: `E${number}`,
    account_id: accountId,
    event_time: 1_000 + Math.floor(number / 10),
    event_name: 'CreateUser',
    service_name: 'Ims',
    event_rw: 'Write',
    access_key_id: 'LTAI5t1',
    user_name: 'alice',
    source_ip: '203.0.113.7',
    error_code: '',
    signature_nonce: `nonce-${number}`,
    event: JSON.stringify(event),
  };
}

eachDatabase((_, { freshLocation }) => {
  describe('events of an earlier release', () => {
    let store: Store;
    after(() => store.close());

    test('are moved as they were, each once, also when the move is interrupted', async () => {
      store = await openStore(await freshLocation(), { now: Date.now });
      const old = Array.from({ length: 700 }, (_each, number) => oldEvent(number));
      await store.write(({ queries }) => queries.insertInto('audit_events').values(old).execute());
      // Those of the last minutes first: their nonces count at once.
      const recent = old.filter(({ event_time: time }) => time >= 1_060);
      assert.equal(await moveOldEvents(store, 1_060), recent.length);
      let nonces = 0;
      for await (const page of recentNonces(store.queries, 0)) nonces += page.length;
      assert.equal(nonces, recent.length);
      let portions = 0;
      await moveOldEvents(store, 0, () => portions++ > 1);
      await moveOldEvents(store, 0);
      assert.equal(await moveOldEvents(store, 0), 0);
      const moved: string[] = [];
      for await (const row of readEvents(store.queries, { since: 0, until: 10_000 }))
        moved.push(eventJson(row));
      assert.deepEqual(
        moved.sort(),
        old
          .map(({ event, event_time: time }) =>
            event.replace('00:00:01Z', `00:00:0${Math.floor(time / 1000)}Z`),
          )
          .sort(),
      );
      const unchained = await store.queries.selectFrom('audit_unchained').select('position').execute();
      assert.equal(unchained.length, old.length);
    });
  });
});
