import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KeyAgreement, Opener, SealBroken, Sealer, type SealingContext } from './sealing.ts';

const context: SealingContext = {
  purpose: 'replication',
  accountId: '1234567890123456',
  accessKeyId: 'LTAI5tSampleSampleSample',
  connectionId: 'C0FFEE00-0000-4000-8000-000000000000',
  sharedSecret: Buffer.alloc(32, 7),
};

const text = (value: string) => Buffer.from(value);

/** Both ends of a connection. */
function ends(there: Partial<SealingContext> = {}) {
  const [near, far] = [new KeyAgreement(), new KeyAgreement()];
  return {
    sealer: new Sealer(near.key(far.publicKey, context)),
    opener: new Opener(far.key(near.publicKey, { ...context, ...there })),
  };
}

describe('what is sealed', () => {
  test('opens at the other end, in its order', () => {
    const { sealer, opener } = ends();
    for (const piece of ['one', '', 'three']) {
      const sealed = sealer.seal(text(piece));
      assert.ok(piece === '' || !sealed.includes(piece));
      assert.equal(opener.open(sealed).toString(), piece);
    }
  });

  test('does not open when a bit of it was changed, or it was cut', () => {
    const sealed = ends().sealer.seal(text('one'));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const { sealer, opener } = ends();
      const changed = sealer.seal(text('one'));
      changed[bit >> 3]! ^= 1 << (bit & 7);
      assert.throws(() => opener.open(changed), SealBroken);
    }
    for (let length = 0; length < sealed.length; length++) {
      const { sealer, opener } = ends();
      assert.throws(() => opener.open(sealer.seal(text('one')).subarray(0, length)), SealBroken);
    }
  });

  test('does not open twice, nor after one that was left out', () => {
    const { sealer, opener } = ends();
    const [one, two] = [sealer.seal(text('one')), sealer.seal(text('two'))];
    opener.open(one);
    assert.throws(() => opener.open(one), SealBroken);
    const other = ends();
    other.sealer.seal(text('one'));
    assert.throws(() => other.opener.open(other.sealer.seal(text('two'))), SealBroken);
    assert.ok(two.length > 0);
  });

  test('opens for no other purpose, account, key or connection, and not without the secret', () => {
    const others: Partial<SealingContext>[] = [
      { purpose: 'session' },
      { accountId: '1234567890123457' },
      { accessKeyId: 'LTAI5tSampleSampleSamplf' },
      { connectionId: 'C0FFEE00-0000-4000-8000-000000000001' },
      { sharedSecret: Buffer.alloc(32, 8) },
    ];
    for (const other of others) {
      const { sealer, opener } = ends(other);
      assert.throws(() => opener.open(sealer.seal(text('one'))), SealBroken, JSON.stringify(other));
    }
  });

  test('is sealed to no key with which everybody would know what is agreed on, nor to what is none', () => {
    const low = Buffer.alloc(32);
    const order8 = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex');
    for (const key of [low, order8].map((bytes) => bytes.toString('base64url'))) {
      assert.throws(() => new KeyAgreement().key(key, context), SealBroken);
    }
    for (const key of ['', 'x', 'A'.repeat(42), 'A'.repeat(100)]) {
      assert.throws(() => new KeyAgreement().key(key, context), SealBroken, key);
    }
  });
});
