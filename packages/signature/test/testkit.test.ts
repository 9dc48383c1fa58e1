import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  parseSignature,
  SIGNATURE_ERROR_CODES,
  SignatureError,
  SigningKey,
  verifySignature,
} from '../src/index.ts';
import { kitFiles } from '../testkit/generate.ts';
import type { Kit, KitVector } from '../testkit/vector.ts';

const kits = [...kitFiles().keys()].map((name) => {
  const text = readFileSync(new URL(`../testkit/${name}`, import.meta.url), 'utf8');
  return { name, text, kit: JSON.parse(text) as Kit };
});
const vectors = kits.flatMap(({ kit }) => kit.vectors);

describe('the test kit', () => {
  test('is what its generator writes', () => {
    for (const { name, text } of kits)
      assert.ok(text === kitFiles().get(name), `${name} must be generated again`);
  });

  test('has at least 200 vectors, half of them refusals, each id once', () => {
    assert.ok(vectors.length >= 200, `${vectors.length} vectors`);
    const refused = vectors.filter(({ expect }) => expect.result === 'refused').length;
    assert.ok(refused * 2 >= vectors.length, `${refused} of ${vectors.length}`);
    const distinct = new Set(vectors.map(({ request, key, now }) => JSON.stringify([request, key, now])));
    assert.equal(distinct.size, vectors.length);
  });

  test('gives every refusal a code of the package and a reason', () => {
    for (const { id, expect } of vectors) {
      if (expect.result !== 'refused') continue;
      assert.ok((SIGNATURE_ERROR_CODES as readonly string[]).includes(expect.code), `${id}: ${expect.code}`);
      assert.notEqual(expect.why, '', id);
    }
  });
});

describe('this implementation passes the test kit', () => {
  for (const vector of vectors) {
    test(`${vector.id}: ${vector.expect.result}, ${vector.name}`, () => {
      const { expect } = vector;
      if (expect.result === 'accepted') {
        const { result: _, ...rest } = expect;
        assert.deepEqual(run(vector), rest);
      } else {
        assert.throws(
          () => run(vector),
          (error: unknown) => {
            assert.ok(error instanceof SignatureError, String(error));
            assert.equal(error.code, expect.code, error.message);
            return true;
          },
        );
      }
    });
  }
});

function run({ request, key, now }: KitVector) {
  const received = {
    method: request.method,
    target: request.target,
    rawHeaders: request.headers.flat(),
    body: Buffer.from(request.bodyBase64, 'base64'),
  };
  const parsed = parseSignature(received);
  assert.ok(parsed.scheme !== 'bearer' && parsed.scheme !== 'anonymous', `parsed as ${parsed.scheme}`);
  const signingKey = SigningKey.fromSecret(key.accessKeySecret);
  const { accessKeyId, nonce, body } = verifySignature(received, parsed, signingKey, {
    now: Date.parse(now),
  });
  const token = parsed.securityToken === undefined ? {} : { securityToken: parsed.securityToken };
  return { accessKeyId, ...token, nonce, body, parameters: Object.fromEntries(parsed.parameters) };
}
