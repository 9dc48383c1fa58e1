import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { tagValues } from '../tag-values.ts';
import { attachmentsOf } from './policy-sets.ts';
import { readKey, readUser, writeKey, writeUser } from './stored-records.ts';

describe('what a copy keeps of a key and of a user', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '\0', '"', '\n', '张三'),
  );

  test('a key is what the control plane said: of a user or the root, active or not, with or without an end and a network policy', () => {
    fc.assert(
      fc.property(
        fc.option(text),
        fc.option(fc.uint8Array({ minLength: 64, maxLength: 64 })),
        fc.constantFrom('Active' as const, 'Inactive' as const),
        fc.option(fc.oneof(fc.integer({ min: 0, max: 8.64e15 }), fc.double({ noNaN: true }))),
        fc.option(fc.oneof(text, fc.json())),
        (userId, verifier, status, expiresAt, networkPolicy) => {
          const wire = verifier === null ? null : Buffer.from(verifier).toString('base64');
          const bytes = writeKey(['access-key', 'key', userId, wire, status, expiresAt, networkPolicy]);
          assert.deepEqual(readKey(bytes, 0, bytes.length), {
            userId,
            verifier: verifier === null ? null : Buffer.from(verifier).toString('latin1'),
            status,
            // There is no negative zero in a date.
            expiresAt: expiresAt === null ? undefined : expiresAt + 0,
            networkPolicy,
          });
        },
      ),
    );
  });

  test('a user has the name, groups, policies and tags that the control plane said', () => {
    const references = fc.array(text, { maxLength: 40 });
    fc.assert(
      fc.property(text, references, references, fc.array(text), (userName, groupIds, policies, values) => {
        const list = values.flatMap((value, at) => [`Key${at}`, value]);
        const bytes = writeUser(['user', 'id', userName, groupIds, policies, list]);
        assert.deepEqual(readUser(bytes, 0, bytes.length), {
          userName,
          attachments: attachmentsOf(groupIds, policies),
          tags: tagValues(values.map((value, at) => [`key${at}`, value])),
        });
      }),
    );
  });

  test('users with the same groups and policies have the same attachments, others have others', () => {
    assert.equal(attachmentsOf(['a'], ['b']), attachmentsOf(['a'], ['b']));
    const others = [
      attachmentsOf(['a'], ['b']),
      attachmentsOf(['b'], ['a']),
      attachmentsOf(['a', 'b'], []),
      attachmentsOf([], ['a', 'b']),
      attachmentsOf([], ['a","b']),
    ];
    assert.equal(new Set(others).size, others.length);
  });
});
