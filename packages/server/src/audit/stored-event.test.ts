import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { auditEvent, type CallRecord } from './audit-event.ts';
import { refusalSummary } from './refusal-summary.ts';
import { contentBytes, eventJson, eventOf, remainderOf } from './stored-event.ts';

const accountId = '1234567890123456';

const read: CallRecord = {
  requestId: '4B450CA1-36E8-4AA2-8461-86B42BF4CC4E',
  time: Date.UTC(2026, 10, 24, 8, 0, 0, 999),
  product: 'Sts',
  version: '2015-04-01',
  operation: 'GetCallerIdentity',
  access: 'read',
  accountId,
  principal: { type: 'root', accountId, arn: `acs:ram::${accountId}:root` },
  accessKeyId: 'LTAI5tExampleExampleExam',
  sourceAddress: '203.0.113.7',
  userAgent: 'AlibabaCloud (linux; x64) Node.js/v24 Core/1.0.1',
  secure: true,
  nonce: '9b2d6f0c-35d1-4b3a-9f0c-6d1f2a3b4c5d',
  parameters: {},
  touched: [],
};

describe('a stored event', () => {
  it('of a read without parameters is in columns alone', () => {
    const record = auditEvent(read, 'cn-hangzhou');
    assert.equal(record.event, '');
    assert.ok(contentBytes(record) < 300, `${contentBytes(record)}`);
  });

  it('is put together as it was, whatever it has, with its keys in the order of ActionTrail', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('', '\0', '\ud800'));
    const call = fc.record(
      {
        operation: text,
        version: text,
        product: fc.constantFrom('', 'Ims', 'Ram'),
        accountId: fc.constantFrom('', accountId),
        principal: fc.constantFrom(undefined, read.principal),
        attempt: fc.constantFrom(undefined, { accountId, type: 'user', userName: 'alice' } as const),
        console: fc.constantFrom(
          undefined,
          { type: 'ApiCall', mfaChecked: undefined, signedInAt: 5_000 } as const,
          { type: 'ConsoleSignin', mfaChecked: true } as const,
        ),
        access: fc.constantFrom('read' as const, 'write' as const),
        accessKeyId: text,
        userAgent: text,
        secure: fc.boolean(),
        parameters: fc.dictionary(text, text, { maxKeys: 3 }),
        refusal: fc.constantFrom(undefined, { code: 'NoPermission', message: 'denied' }),
        answer: fc.constantFrom(undefined, { User: { UserId: '1', Tags: [] } }),
        touched: fc.constantFrom([], [['ACS::RAM::User', 'bob']] as const),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(call, fc.constantFrom('cn-hangzhou', 'eu-central-1'), (change, region) => {
        const record = auditEvent({ ...read, ...change } as CallRecord, region);
        const event = eventOf(record);
        // Storing what was put together changes nothing: the remainder has all that differs from the columns.
        assert.equal(remainderOf(event, record), record.event);
        assert.equal(event['acsRegion'], region);
        assert.equal(
          event['eventName'],
          change.console?.type === 'ConsoleSignin' ? 'ConsoleSignin' : (change.operation ?? read.operation),
        );
        assert.deepEqual(event['requestParameters'], JSON.parse(JSON.stringify(change.parameters ?? {})));
        const keys = Object.keys(event);
        assert.deepEqual(keys.slice(0, 3), ['eventId', 'requestId', 'eventVersion']);
        assert.equal(keys.at(-1), 'additionalEventData');
      }),
      { numRuns: 300 },
    );
  });

  it('of counted refusals has its own type and details only', () => {
    const identity = { type: 'unknown', accountId: '', principalId: '', userName: '' };
    const counted = { identity, source: '203.0.113.7', count: 5, from: 1000, until: 2000 };
    const event = JSON.parse(eventJson(refusalSummary(counted, read.requestId, 'cn-hangzhou')));
    assert.equal(event.eventType, 'RefusalSummary');
    assert.deepEqual(event.additionalEventData, {
      Refusals: '5',
      From: '1970-01-01T00:00:01Z',
      Until: '1970-01-01T00:00:02Z',
    });
  });
});
