/** Headers of throttled calls: every throttling refusal of the server tells when to retry, in both units. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refusal } from '../src/errors/refusal.ts';
import { REFUSALS, type RefusalCode } from '../src/errors/refusal-table.ts';
import { refusalAnswer } from '../src/http/listener.ts';
import { send, signedRequest, ways } from './raw-request.ts';
import { startTestServer } from './server.ts';

const codes = Object.keys(REFUSALS) as RefusalCode[];
const throttling = codes.filter((code) => /^(?:Throttling|ServiceUnavailable)/.test(code));

const newRefusal = (code: RefusalCode) => new Refusal(code, { of: 'AccessKey', limit: 1 });

const expected = (code: RefusalCode) => {
  const { retryAfterMs = 1000 } = newRefusal(code);
  return [String(retryAfterMs / 1000), String(retryAfterMs)];
};

describe('a throttling refusal', () => {
  test('has Retry-After in seconds and x-acs-retry-after in milliseconds, before the API is reached', () => {
    assert.ok(throttling.length >= 6, String(throttling));
    for (const code of throttling) {
      const { headers } = refusalAnswer(newRefusal(code));
      assert.deepEqual([headers['retry-after'], headers['x-acs-retry-after']], expected(code), code);
    }
  });

  test('has them in the answer of an operation, in every format', async () => {
    const server = await startTestServer({});
    try {
      for (const code of throttling) {
        const { callRates } = server.services;
        const take = callRates.take;
        callRates.take = () => {
          throw newRefusal(code);
        };
        for (const way of ways) {
          for (const format of ['JSON', 'XML']) {
            const request = signedRequest(server.url, server.account.key, way, { format });
            const { headers, text } = await send(server.url, request);
            assert.ok(text.includes(code), text);
            assert.deepEqual([headers['retry-after'], headers['x-acs-retry-after']], expected(code), code);
          }
        }
        callRates.take = take;
      }
    } finally {
      await server.close();
    }
  });

  test('is the only one with them', () => {
    for (const code of codes.filter((each) => !throttling.includes(each))) {
      const { headers } = refusalAnswer(newRefusal(code));
      assert.deepEqual([headers['retry-after'], headers['x-acs-retry-after']], [undefined, undefined], code);
    }
  });
});
