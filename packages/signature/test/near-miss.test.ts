import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { judge } from './judge.ts';
import { applyChange, NEAR_MISSES } from './near-miss.ts';
import { Random } from './random.ts';
import { SCHEMES, signSomeRequest } from './signed-requests.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('a signed request', () => {
  for (const scheme of SCHEMES) {
    test(`is accepted unchanged (${scheme})`, () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const request = signSomeRequest(scheme, new Random(seed));
          assert.equal(judge([request], request), 'same');
        }),
      );
    });
  }

  for (const change of Object.keys(NEAR_MISSES)) {
    test(`is not accepted for another one: ${change}`, () => {
      fc.assert(
        fc.property(fc.constantFrom(...SCHEMES), seeds, (scheme, seed) => {
          const random = new Random(seed);
          const request = signSomeRequest(scheme, random);
          const other = signSomeRequest(scheme, random);
          assert.notEqual(judge([request, other], applyChange(change, request, other, random)), 'forged');
        }),
      );
    });
  }
});
