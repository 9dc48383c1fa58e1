/** Look-ups of audit events: complete in pages, and bounded whatever they ask for. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type EventOrder, type EventPosition, lookupEvents, usedAddresses } from '../src/audit/lookup.ts';
import type { AuditRecord } from '../src/store/schema.ts';
import { eachServer, type TestServer } from './server.ts';

const ACCOUNT = '1000000000000009';
const EVENTS = 1_700;

/** Events of an account; many have the same time. */
function eventAt(index: number): AuditRecord {
  return {
    event_id: `E${String((index * 7919) % 100_003).padStart(6, '0')}`,
    account_id: ACCOUNT,
    event_time: 1_000 + Math.floor(index / 9),
    event_name: index % 5 === 0 ? 'CreateUser' : 'GetUser',
    service_name: index % 3 === 0 ? 'Ims' : 'Ram',
    event_rw: 'Read',
    access_key_id: `LTAI5t${index % 2}`,
    user_name: index % 11 === 0 ? '' : `user-${index % 4}`,
    source_ip: `192.0.2.${index % 6}`,
    error_code: index === 3 ? 'Rare' : '',
    signature_nonce: '',
    api_version: '',
    user_agent: '',
    identity_type: 'ram-user',
    principal_id: '',
    is_secure: 0,
    event: '',
  };
}

const rows = Array.from({ length: EVENTS }, (_, index) => eventAt(index));

eachServer((_, start) => {
  describe('look-ups of audit events', () => {
    let server: TestServer;

    const add = async (events: readonly AuditRecord[]) => {
      for (let at = 0; at < events.length; at += 500) {
        await server.services.store.write(({ queries }) =>
          queries
            .insertInto('audit_records')
            .values(events.slice(at, at + 500))
            .execute(),
        );
      }
    };

    before(async () => {
      server = await start();
      await add(rows);
    });

    const FILTERS: readonly Partial<AuditRecord>[] = [
      {},
      { access_key_id: 'LTAI5t1' },
      { event_name: 'CreateUser' },
      { access_key_id: 'LTAI5t0', service_name: 'Ims' },
      { user_name: 'user-2', source_ip: '192.0.2.4' },
      { error_code: 'Rare' },
      { error_code: 'None' },
      { event_id: eventAt(1_234).event_id },
      { event_rw: 'Read', service_name: 'Ims' },
      { event_rw: 'Write' },
      { event_name: 'GetUser', error_code: '' },
    ];

    test('pages have every event of a filter, once and in order', async () => {
      for (const equal of FILTERS) {
        for (const order of ['newest first', 'oldest first'] as readonly EventOrder[]) {
          for (const provenOnly of [false, true]) {
            const [from, to] = [1_010, 1_170];
            const found: string[] = [];
            let position: EventPosition | undefined;
            do {
              const page = await lookupEvents(
                server.services.store.queries,
                { accountId: ACCOUNT, from, to, equal, provenOnly },
                order,
                position,
                37,
              );
              assert.ok(page.rows.length <= 37);
              found.push(...page.rows.map((row) => row.event_id));
              position = page.next;
            } while (position !== undefined);
            const sign = order === 'oldest first' ? 1 : -1;
            const expected = rows
              .filter((row) => row.event_time >= from && row.event_time <= to)
              .filter((row) =>
                Object.entries(equal).every(([column, value]) => row[column as 'event_id'] === value),
              )
              .filter((row) => !provenOnly || row.user_name !== '')
              .map((row, index) => ({ ...row, index }))
              .toSorted((a, b) => sign * (a.event_time - b.event_time || a.index - b.index))
              .map((row) => row.event_id);
            assert.deepEqual(found, expected, `${JSON.stringify(equal)} ${order} ${provenOnly}`);
          }
        }
      }
    });

    test('the addresses of a key are those of its uses, last used first', async () => {
      const key = { accountId: ACCOUNT, accessKeyId: 'LTAI5t1', serviceName: 'Ram' };
      const found = await usedAddresses(server.services.store.queries, key, 0, 10);
      const uses = rows.filter(
        (row) => row.access_key_id === 'LTAI5t1' && row.service_name === 'Ram' && row.user_name !== '',
      );
      const last = new Map<string, number>();
      for (const { source_ip, event_time } of uses) {
        last.set(source_ip, Math.max(last.get(source_ip) ?? 0, event_time));
      }
      assert.deepEqual(new Map(found.map(({ sourceIp, usedAt }) => [sourceIp, usedAt])), last);
      assert.deepEqual(
        found.map(({ usedAt }) => usedAt),
        found.map(({ usedAt }) => usedAt).toSorted((a, b) => b - a),
      );
      const [, second] = found;
      assert.deepEqual(await usedAddresses(server.services.store.queries, key, 1, 1), [second]);
    });

    test('a look-up without a match ends at its bound, with the position to continue at', async () => {
      const { account } = server;
      const first = 50_000;
      await add(
        Array.from({ length: 30_000 }, (_, index) => ({
          ...eventAt(index),
          event_id: `X${index}`,
          account_id: account.accountId,
          event_time: first + index,
          event_name: index === 0 ? 'Oldest' : 'GetUser',
          error_code: 'Frequent',
        })),
      );
      const root = server.clients(await account.rootKey());
      const look = (more: Record<string, string>) =>
        root.callRpc('2020-07-06', 'LookupEvents', {
          'LookupAttribute.1.Key': 'ErrorCode',
          'LookupAttribute.1.Value': 'Frequent',
          'LookupAttribute.2.Key': 'EventName',
          'LookupAttribute.2.Value': 'Oldest',
          StartTime: '1970-01-01T00:00:00Z',
          EndTime: '1970-01-01T00:05:00Z',
          ...more,
        });
      const pages = [await look({})];
      assert.deepEqual(pages[0]?.['Events'], []);
      assert.match(pages[0]?.['NextToken'] as string, /./);
      for (let next = pages[0]?.['NextToken']; next !== undefined && next !== ''; ) {
        assert.ok(pages.length < 40);
        const page = await look({ NextToken: next as string });
        pages.push(page);
        next = page['NextToken'];
      }
      // A page that has taken its time ends with the event and a position; the one after it is then empty.
      assert.deepEqual(
        pages.flatMap((page) => page['Events'] as { eventName: string }[]).map(({ eventName }) => eventName),
        ['Oldest'],
      );
    });

    test('events are looked up by the resources that they touched', async () => {
      const root = server.clients(await server.account.rootKey());
      for (const name of ['looked-up', 'another']) {
        await root.callRpc('2015-05-01', 'CreateUser', { UserName: name });
      }
      const look = async (attributes: readonly (readonly [string, string])[]) => {
        const given = attributes.flatMap(([key, value], index) => [
          [`LookupAttribute.${index + 1}.Key`, key],
          [`LookupAttribute.${index + 1}.Value`, value],
        ]);
        const answer = await root.callRpc('2020-07-06', 'LookupEvents', Object.fromEntries(given));
        return (answer['Events'] as { readonly eventName: string; readonly requestParameters: object }[]).map(
          (event) => [event.eventName, Object.values(event.requestParameters).includes('looked-up')],
        );
      };
      assert.deepEqual(await look([['ResourceName', 'looked-up']]), [['CreateUser', true]]);
      assert.deepEqual(await look([['ResourceName', 'never']]), []);
      assert.deepEqual(
        await look([
          ['ResourceType', 'ACS::RAM::User'],
          ['EventName', 'CreateUser'],
        ]),
        [
          ['CreateUser', false],
          ['CreateUser', true],
        ],
      );
      assert.deepEqual(
        await look([
          ['ResourceName', 'looked-up'],
          ['ResourceType', 'ACS::RAM::Role'],
        ]),
        [],
      );
    });
  });
});
