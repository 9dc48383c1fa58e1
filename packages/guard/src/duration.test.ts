import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidDuration, parseDuration } from './duration.ts';

test('a duration is a whole number and a unit', () => {
  assert.deepEqual(
    ['1ms', '250ms', '5s', '2m', '1h', '24d'].map((text) => parseDuration(text)),
    [1, 250, 5000, 120_000, 3_600_000, 2_073_600_000],
  );
});

test('the message for an invalid duration names the text and the bounds', () => {
  for (const text of ['', '3x', '5', 's', '1.5s', '-1s', ' 1s', '1S', '0ms', '25d', '9999999999ms']) {
    assert.throws(
      () => parseDuration(text),
      new InvalidDuration(`invalid duration ${JSON.stringify(text)}: expected 1ms to 24d`),
    );
  }
  assert.throws(
    () => parseDuration('14s', { least: '15s', most: '1h' }),
    new InvalidDuration('invalid duration "14s": expected 15s to 1h'),
  );
  assert.equal(parseDuration('15s', { least: '15s', most: '1h' }), 15_000);
});

test('a long text is cut, and control characters are escaped', () => {
  assert.throws(
    () => parseDuration(`\u001b[31m${'x'.repeat(500)}`),
    new InvalidDuration(`invalid duration "\\u001b[31m${'x'.repeat(35)}…": expected 1ms to 24d`),
  );
});
