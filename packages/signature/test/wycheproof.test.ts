import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type HashName, HmacKey } from '../src/hmac.ts';

interface WycheproofFile {
  readonly algorithm: string;
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly tagSize: number;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly key: string;
      readonly msg: string;
      readonly tag: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

describe("Wycheproof's HMAC cases", () => {
  for (const name of ['sha1', 'sha256', 'sm3'] as const) {
    const path = join(import.meta.dirname, 'wycheproof', `hmac_${name}_test.json`);
    const file: WycheproofFile = JSON.parse(readFileSync(path, 'utf8'));
    test(`hold for HMAC-${name}, truncated tags too (${file.numberOfTests} cases)`, () => {
      let checked = 0;
      for (const { tagSize, tests } of file.testGroups) {
        for (const { tcId, comment, key, msg, tag, result } of tests) {
          const computed = hmac(name, key, msg).slice(0, tagSize / 4);
          assert.equal(computed === tag ? 'valid' : 'invalid', result, `case ${tcId}: ${comment}`);
          checked += 1;
        }
      }
      assert.equal(checked, file.numberOfTests);
    });

    test(`hold for HMAC-${name} with one key object used again for messages of any length`, () => {
      const keys = new Map<string, HmacKey>();
      for (const { tagSize, tests } of file.testGroups) {
        for (const { key, msg, tag, result, tcId } of tests) {
          const used = keys.get(key) ?? new HmacKey(name, Buffer.from(key, 'hex'));
          keys.set(key, used);
          used.digest('x'.repeat(tcId), 'base64');
          const computed = used
            .digest(Buffer.from(msg, 'hex').toString('latin1'), 'hex')
            .slice(0, tagSize / 4);
          assert.equal(computed === tag ? 'valid' : 'invalid', result, `case ${tcId}`);
        }
      }
    });
  }
});

function hmac(name: HashName, key: string, message: string): string {
  return new HmacKey(name, Buffer.from(key, 'hex')).digest(
    Buffer.from(message, 'hex').toString('latin1'),
    'hex',
  );
}
