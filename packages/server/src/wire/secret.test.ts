import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { format, inspect } from 'node:util';
import { encodeAnswer } from './encoding.ts';
import { Secret } from './secret.ts';

const value = 'qT9fD0wJXhV7mYkZpL2nRbG4sHcAe1';
const answer = { AccessKey: { AccessKeyId: 'LTAI5tExample', AccessKeySecret: new Secret(value) } };
const requestId = '4B450CA1-36E8-4AA2-8461-86B42BF4CC4E';

describe('a secret', () => {
  it('does not appear in anything that writes it down', () => {
    const secret = answer.AccessKey.AccessKeySecret;
    const written = {
      json: JSON.stringify(answer),
      'pretty json': JSON.stringify({ list: [secret], map: { secret } }, null, 2),
      inspect: inspect(answer, { depth: null, showHidden: true }),
      'inspect without custom': inspect(secret, { customInspect: false, showHidden: true, getters: true }),
      format: format('%s %o %O %j %d', secret, secret, secret, secret, secret),
      String: String(secret),
      template: `${secret}`,
      concatenation: ['', secret].join(' '),
      'error message': new Error(`refused ${secret}`).stack ?? '',
      'error cause': inspect(new Error('refused', { cause: answer }), { depth: null }),
      'assertion error': messageOf(() => assert.deepEqual(answer, {})),
      keys: Object.keys(secret).join() + Object.values(secret).join() + Reflect.ownKeys(secret).join(),
      clone: inspect(structuredClone({ ...secret }), { depth: null }),
    };
    for (const [way, text] of Object.entries(written)) {
      assert.ok(!text.includes(value), `${way} shows the secret`);
      assert.ok(!text.includes(value.slice(0, 8)), `${way} shows the beginning of the secret`);
    }
  });

  it('is revealed by the JSON that answers the caller', () => {
    const { body } = encodeAnswer('JSON', 'CreateAccessKey', requestId, answer);
    assert.deepEqual(JSON.parse(body).AccessKey, { AccessKeyId: 'LTAI5tExample', AccessKeySecret: value });
  });

  it('is revealed by the XML that answers the caller', () => {
    const { body } = encodeAnswer('XML', 'CreateAccessKey', requestId, answer);
    assert.ok(body.includes(`<AccessKeySecret>${value}</AccessKeySecret>`));
  });

  it('is revealed within lists, and stays hidden in the answer itself', () => {
    const listed = { Codes: { Code: [new Secret('first'), new Secret('second')] } };
    assert.deepEqual(JSON.parse(encodeAnswer('JSON', 'X', requestId, listed).body).Codes.Code, [
      'first',
      'second',
    ]);
    assert.match(encodeAnswer('XML', 'X', requestId, listed).body, /<Code>first<\/Code><Code>second<\/Code>/);
    assert.ok(!JSON.stringify(listed).includes('first'));
  });
});

function messageOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    return inspect(error, { depth: null });
  }
  return assert.fail('it should have thrown');
}
