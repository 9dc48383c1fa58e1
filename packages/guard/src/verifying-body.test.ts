import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import type { ContentHash } from '@claviger/signature';
import { BodyError, verifyingBody } from './verifying-body.ts';

function hashOf(body: Uint8Array, algorithm: ContentHash['algorithm'] = 'sha256'): ContentHash {
  return {
    algorithm,
    value: createHash(algorithm)
      .update(body)
      .digest(algorithm === 'md5' ? 'base64' : 'hex'),
  };
}

/** What a reader gets of a body, and whether it gets to see the end. */
async function read(
  chunks: readonly Uint8Array[],
  expected: ContentHash,
  limit = 1_000_000,
): Promise<{ readonly bytes: Buffer; readonly end: boolean; readonly error: unknown }> {
  const got: Buffer[] = [];
  let end = false;
  let error: unknown;
  try {
    await pipeline(Readable.from(chunks), verifyingBody(expected, limit), async (body) => {
      for await (const chunk of body) got.push(chunk as Buffer);
      end = true;
    });
  } catch (caught) {
    error = caught;
  }
  return { bytes: Buffer.concat(got), end, error };
}

const body = randomBytes(10_000);
const pieces = [body.subarray(0, 3000), body.subarray(3000, 3001), body.subarray(3001)];

describe('a body that is verified while it passes', () => {
  for (const algorithm of ['sha256', 'sm3', 'md5'] as const) {
    test(`arrives whole when its ${algorithm} is the one that was signed`, async () => {
      const { bytes, end } = await read(pieces, hashOf(body, algorithm));
      assert.ok(end);
      assert.deepEqual(bytes, body);
    });
  }

  test('may be empty', async () => {
    assert.ok((await read([], hashOf(Buffer.alloc(0)))).end);
  });

  const wrong: [string, readonly Uint8Array[]][] = [
    [
      'altered in its last byte',
      [...pieces.slice(0, 2), Buffer.concat([body.subarray(3001, -1), Buffer.of(body.at(-1)! ^ 1)])],
    ],
    ['altered in its first byte', [Buffer.of(body[0]! ^ 1), body.subarray(1)]],
    ['cut short', pieces.slice(0, 2)],
    ['longer', [...pieces, Buffer.of(0)]],
    ['empty', []],
  ];
  for (const [name, chunks] of wrong) {
    test(`is never read to its end when it is ${name}`, async () => {
      const { bytes, end, error } = await read(chunks, hashOf(body));
      assert.ok(!end);
      assert.ok(error instanceof BodyError);
      assert.equal(error.code, 'ContentSHA256NotMatched');
      // The last chunk was kept back.
      assert.ok(bytes.length < Buffer.concat(chunks).length || chunks.length === 0);
    });
  }

  test('is not read on when it is larger than the limit', async () => {
    const { bytes, end, error } = await read(pieces, hashOf(body), 3000);
    assert.ok(!end);
    assert.ok(error instanceof BodyError);
    assert.equal(error.code, 'RequestTooLarge');
    assert.equal(error.httpStatus, 413);
    assert.ok(bytes.length <= 3000);
    assert.ok((await read(pieces, hashOf(body), 10_000)).end);
  });
});
