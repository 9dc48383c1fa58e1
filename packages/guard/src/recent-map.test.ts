import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RecentMap } from './recent-map.ts';

describe('a map of what was asked for lately', () => {
  test('never answers what was not set last, and never holds more than its bound', () => {
    const step = fc.tuple(fc.constantFrom('get', 'set', 'delete', 'clear'), fc.nat(12), fc.nat(100));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 2, max: 9 }), (steps, most) => {
        const recent = new RecentMap<number, number>(most);
        const all = new Map<number, number>();
        for (const [what, key, value] of steps) {
          if (what === 'set') {
            recent.set(key, value);
            all.set(key, value);
          } else if (what === 'delete') {
            recent.delete(key);
            all.delete(key);
          } else if (what === 'clear') {
            recent.clear();
            all.clear();
          }
          const found = recent.get(key);
          assert.ok(found === undefined || found === all.get(key));
          if (what === 'set') assert.equal(found, value);
          assert.ok(recent.size <= most, `${recent.size} of ${most}`);
        }
      }),
    );
  });

  test('keeps at least half of its bound of the last ones, and what is asked for again and again', () => {
    const recent = new RecentMap<number, string>(100);
    recent.set(-1, 'asked for');
    for (let key = 0; key < 10_000; key++) {
      recent.set(key, String(key));
      assert.equal(recent.get(-1), 'asked for');
    }
    for (let key = 9_999; key > 9_952; key--) assert.equal(recent.get(key), String(key));
    assert.equal(recent.get(1), undefined);
  });
});
