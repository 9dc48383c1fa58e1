import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Secret } from '../wire/secret.ts';
import { auditEvent, type CallRecord, originalNonce } from './audit-event.ts';
import { contentBytes, eventJson } from './stored-event.ts';

const accountId = '1234567890123456';
const requestId = '4B450CA1-36E8-4AA2-8461-86B42BF4CC4E';

const alice = {
  type: 'ram-user',
  accountId,
  arn: `acs:ram::${accountId}:user/alice`,
  userId: '212345678901234567',
  userName: 'alice',
} as const;

const createUser: CallRecord = {
  requestId,
  time: Date.UTC(2026, 10, 24, 8, 0, 0, 999),
  product: 'Ims',
  version: '2019-08-15',
  operation: 'CreateUser',
  access: 'write',
  accountId,
  principal: alice,
  accessKeyId: 'LTAI5tExampleExampleExam',
  sourceAddress: '203.0.113.7',
  userAgent: 'AlibabaCloud (linux; x64)',
  secure: true,
  nonce: 'n1',
  parameters: { DisplayName: 'Bob', UserPrincipalName: 'bob@example.onaliyun.com' },
  answer: { User: { UserId: '212345678901234568' } },
  touched: [
    ['ACS::RAM::User', 'bob'],
    ['ACS::RAM::User', '212345678901234568'],
  ],
};

function eventOf(change: Partial<CallRecord>): Record<string, unknown> & { userIdentity: unknown } {
  return JSON.parse(eventJson(auditEvent({ ...createUser, ...change }, 'cn-hangzhou')));
}

describe('an audit event', () => {
  it('has the shape of an ActionTrail event', () => {
    assert.deepEqual(eventOf({}), {
      eventId: requestId,
      requestId,
      eventVersion: 1,
      eventType: 'ApiCall',
      eventTime: '2026-11-24T08:00:00Z',
      eventName: 'CreateUser',
      eventRW: 'Write',
      eventSource: 'ims.aliyuncs.com',
      serviceName: 'Ims',
      apiVersion: '2019-08-15',
      acsRegion: 'cn-hangzhou',
      isGlobal: true,
      sourceIpAddress: '203.0.113.7',
      userAgent: 'AlibabaCloud (linux; x64)',
      errorCode: '',
      errorMessage: '',
      userIdentity: {
        type: 'ram-user',
        accountId,
        principalId: '212345678901234567',
        userName: 'alice',
        accessKeyId: 'LTAI5tExampleExampleExam',
      },
      requestParameters: { DisplayName: 'Bob', UserPrincipalName: 'bob@example.onaliyun.com' },
      responseElements: { User: { UserId: '212345678901234568' } },
      referencedResources: { 'ACS::RAM::User': ['bob', '212345678901234568'] },
      additionalEventData: { Scheme: 'https' },
    });
  });

  it('has a row with the columns that look-ups use', () => {
    const { event, ...row } = auditEvent(createUser, 'cn-hangzhou');
    assert.ok(event.length > 0);
    assert.deepEqual(row, {
      event_id: requestId,
      account_id: accountId,
      event_time: createUser.time,
      event_name: 'CreateUser',
      service_name: 'Ims',
      event_rw: 'Write',
      access_key_id: 'LTAI5tExampleExampleExam',
      user_name: 'alice',
      source_ip: '203.0.113.7',
      error_code: '',
      signature_nonce: 'n1',
      api_version: '2019-08-15',
      user_agent: 'AlibabaCloud (linux; x64)',
      identity_type: 'ram-user',
      principal_id: '212345678901234567',
      is_secure: 1,
    });
  });

  it('names the root of an account', () => {
    const root = { type: 'root', accountId, arn: `acs:ram::${accountId}:root` } as const;
    assert.deepEqual(eventOf({ principal: root }).userIdentity, {
      type: 'root-account',
      accountId,
      principalId: accountId,
      userName: 'root',
      accessKeyId: 'LTAI5tExampleExampleExam',
    });
  });

  it('names the session of a role', () => {
    const role = {
      type: 'assumed-role',
      accountId,
      arn: `acs:ram::${accountId}:assumed-role/deploy/ci`,
      roleId: '312345678901234567',
      roleName: 'deploy',
      sessionName: 'ci',
    } as const;
    assert.deepEqual(eventOf({ principal: role, accessKeyId: 'STS.Example' }).userIdentity, {
      type: 'assumed-role',
      accountId,
      principalId: '312345678901234567:ci',
      userName: 'deploy:ci',
      accessKeyId: 'STS.Example',
    });
  });

  it('names no identity for an unauthenticated caller', () => {
    const event = eventOf({
      principal: undefined,
      accountId: '',
      refusal: { code: 'InvalidAccessKeyId.NotFound', message: 'Specified access key is not found.' },
    });
    assert.deepEqual(event.userIdentity, {
      type: 'unknown',
      accountId: '',
      principalId: '',
      userName: '',
      accessKeyId: 'LTAI5tExampleExampleExam',
    });
    assert.equal(event['errorCode'], 'InvalidAccessKeyId.NotFound');
    assert.equal(event['errorMessage'], 'Specified access key is not found.');
  });

  it('does not copy the answer of a read', () => {
    assert.equal(eventOf({ access: 'read' })['responseElements'], undefined);
  });

  it('leaves out secrets, alone and in lists', () => {
    const secret = 'qT9fD0wJXhV7mYkZpL2nRbG4sHcAe1';
    const answer = {
      AccessKey: { AccessKeyId: 'LTAI', AccessKeySecret: new Secret(secret) },
      Codes: { Code: [new Secret(secret), 'x'] },
    };
    const event = eventOf({ answer });
    assert.deepEqual(event['responseElements'], {
      AccessKey: { AccessKeyId: 'LTAI' },
      Codes: { Code: ['x'] },
    });
    assert.ok(!JSON.stringify(event).includes(secret));
  });

  it('leaves out the string to sign, which repeats passwords and tokens', () => {
    const message =
      'Specified signature is not matched with our calculation. server string to sign is:GET&%2F&Password%3Dhunter2';
    const event = eventOf({ refusal: { code: 'SignatureDoesNotMatch', message } });
    assert.equal(event['errorMessage'], 'Specified signature is not matched with our calculation.');
  });

  it('keeps a policy document whole', () => {
    const PolicyDocument = 'x'.repeat(6144);
    assert.deepEqual(eventOf({ parameters: { PolicyDocument } })['requestParameters'], { PolicyDocument });
  });

  it('is bounded for any input of a signed request, and says what was cut', () => {
    const parameters = Object.fromEntries(
      Array.from({ length: 9999 }, (_, i) => [`Tag.${i}.Key`, 'x'.repeat(100)]),
    );
    const row = auditEvent({ ...createUser, parameters, userAgent: 'x'.repeat(30_000) }, 'cn-hangzhou');
    assert.ok(row.event.length < 40_000, `${row.event.length}`);
    assert.equal(JSON.parse(eventJson(row)).additionalEventData.Truncated, 'true');
    assert.equal(JSON.parse(eventJson(row)).requestParameters['Tag.0.Key'], 'x'.repeat(100));
  });

  it('is small for an unauthenticated caller', () => {
    const long = 'x'.repeat(30_000);
    const row = auditEvent(
      {
        ...createUser,
        principal: undefined,
        parameters: { [long]: '', A: long, B: long },
        operation: long,
        version: long,
        accessKeyId: long,
        userAgent: long,
        refusal: { code: long, message: long },
      },
      'cn-hangzhou',
    );
    assert.ok(JSON.stringify(row).length < 5000);
  });

  it('of a refused call has at most 4 KiB for any input', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    const long = fc
      .tuple(fc.constantFrom('x', '\u0001', '中', '😀', '"'), fc.nat(5000))
      .map(([c, n]) => c.repeat(n));
    const any = fc.oneof(text, long);
    fc.assert(
      fc.property(
        fc.record({
          parameters: fc.dictionary(any, any, { maxKeys: 8 }),
          operation: any,
          version: any,
          accessKeyId: any,
          userAgent: any,
          refusal: fc.record({ code: any, message: any }),
          principal: fc.constantFrom(alice, undefined),
          touched: fc.constant([]),
          answer: fc.constant(undefined),
        }),
        (change) => {
          const record = auditEvent({ ...createUser, ...change }, 'cn-hangzhou');
          assert.ok(contentBytes(record) <= 4096, `${contentBytes(record)}`);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('holds no NUL, which PostgreSQL cannot store, and restores the nonce exactly', () => {
    for (const nonce of ['a\0b', '\\0', '\\\0\\\\', '\0\0', 'plain']) {
      const row = auditEvent(
        { ...createUser, nonce, accessKeyId: 'a\0', operation: 'b\0', parameters: { c: '\0' } },
        'cn-hangzhou',
      );
      assert.ok(!Object.values(row).some((value) => String(value).includes('\0')));
      assert.equal(originalNonce(row.signature_nonce), nonce);
    }
  });
});
