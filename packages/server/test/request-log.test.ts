/** Lines of the request log, one for each call. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { callRaw } from './raw-request.ts';
import { startTestServer, type TestServer } from './server.ts';

interface RequestLine {
  readonly msg: string;
  readonly level: number;
  readonly requestId: string;
  readonly operation: string;
  readonly caller?: string;
  readonly accessKeyId?: string;
  readonly status: number;
  readonly code?: string;
  readonly ms: number;
}

const requestLines = (server: TestServer): RequestLine[] =>
  server.log.map((line) => JSON.parse(line) as RequestLine).filter(({ msg }) => msg === 'request');

describe('the request log', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({});
  });
  after(() => server.close());

  test('has request id, operation, caller, code and time of each call', async () => {
    const user = await server.newUser(server.account, 'reader');
    const before = requestLines(server).length;
    const version = '2015-05-01';
    const made = await callRaw(server.url, server.account.key, 'ACS3', { version, action: 'ListUsers' });
    const denied = await callRaw(server.url, user.key, 'ACS3', { version, action: 'ListUsers' });
    const wrong = { ...user.key, accessKeySecret: 'x'.repeat(30) };
    await callRaw(server.url, wrong, 'ACS3', { version, action: 'ListUsers' });
    const lines = requestLines(server).slice(before);
    const { accountId } = server.account;
    assert.deepEqual(
      lines.map(({ operation, caller, accessKeyId, status, code }) => [
        operation,
        caller,
        accessKeyId,
        status,
        code,
      ]),
      [
        [
          'ListUsers',
          `acs:ram::${accountId}:user/administrator`,
          server.account.key.accessKeyId,
          200,
          undefined,
        ],
        ['ListUsers', `acs:ram::${accountId}:user/reader`, user.key.accessKeyId, 403, 'NoPermission'],
        ['ListUsers', undefined, user.key.accessKeyId, 400, 'SignatureDoesNotMatch'],
      ],
    );
    assert.deepEqual(
      lines.slice(0, 2).map(({ requestId }) => requestId),
      [made.body['RequestId'], denied.body['RequestId']],
    );
    assert.ok(lines.every(({ ms, level }) => ms >= 0 && level === 30));
  });

  test('has no text that an unknown sender chose', async () => {
    const { accessKeySecret } = server.account.key;
    // Key id and secret exchanged, and the secret as the name of an operation.
    const exchanged = { accessKeyId: accessKeySecret, accessKeySecret: server.account.key.accessKeyId };
    await callRaw(server.url, exchanged, 'ACS3', { version: '2015-05-01', action: 'ListUsers' });
    await callRaw(server.url, server.account.key, 'ACS3', { version: '2015-05-01', action: accessKeySecret });
    const lines = requestLines(server).slice(-2);
    assert.deepEqual(
      lines.map(({ operation, accessKeyId }) => [operation, accessKeyId]),
      [
        ['ListUsers', undefined],
        ['unknown', server.account.key.accessKeyId],
      ],
    );
    assert.ok(!server.log.join('').includes(accessKeySecret));
  });
});
