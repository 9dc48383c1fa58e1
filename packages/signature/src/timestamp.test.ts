import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatIsoTimestamp, parseHttpDate, parseIsoTimestamp } from './timestamp.ts';

const seconds = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 });

describe('a timestamp', () => {
  test('of every second is read as it was written', () => {
    fc.assert(
      fc.property(seconds, (second) => {
        const time = second * 1000;
        assert.equal(parseIsoTimestamp(formatIsoTimestamp(time)), time);
        assert.equal(parseHttpDate(new Date(time).toUTCString()), time);
      }),
    );
  });

  test('is an existing date and time', () => {
    assert.equal(parseIsoTimestamp('2028-02-29T23:59:59Z'), Date.UTC(2028, 1, 29, 23, 59, 59));
    assert.equal(parseIsoTimestamp('2000-02-29T00:00:00Z'), Date.UTC(2000, 1, 29));
    for (const text of [
      '2026-02-29T00:00:00Z',
      '2100-02-29T00:00:00Z',
      '2026-04-31T00:00:00Z',
      '2026-00-01T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-01-00T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:60:00Z',
      '2026-01-01T00:00:60Z',
      '1969-12-31T23:59:59Z',
    ]) {
      assert.throws(() => parseIsoTimestamp(text), { code: 'InvalidTimeStamp.Format' }, text);
    }
    for (const text of [
      'Sun, 29 Feb 2026 00:00:00 GMT',
      'Tue, 24 Nop 2026 02:10:19 GMT',
      'Tue, 24 Nov 2026 24:10:19 GMT',
    ]) {
      assert.throws(() => parseHttpDate(text), { code: 'InvalidTimeStamp.Format' }, text);
    }
  });

  test('is parsed again after a refusal, and refused each time', () => {
    const good = '2026-11-24T02:10:19Z';
    const time = Date.UTC(2026, 10, 24, 2, 10, 19);
    for (let round = 0; round < 3; round++) {
      assert.equal(parseIsoTimestamp(good), time);
      assert.throws(() => parseIsoTimestamp('2026-11-24T02:10:61Z'), { code: 'InvalidTimeStamp.Format' });
      assert.equal(parseIsoTimestamp('2026-11-24T02:10:20Z'), time + 1000);
    }
  });

  test('with one character changed is another time or refused', () => {
    fc.assert(
      fc.property(seconds, fc.nat(19), fc.string({ minLength: 1, maxLength: 1 }), (second, at, character) => {
        const text = formatIsoTimestamp(second * 1000);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        fc.pre(changed !== text);
        let time: number | undefined;
        try {
          time = parseIsoTimestamp(changed);
        } catch {
          return;
        }
        assert.equal(formatIsoTimestamp(time), changed);
      }),
    );
  });
});
