import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyFacts, keyWarnings } from '../src/pages/access-keys/key-health.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const key = (facts: Partial<KeyFacts>): KeyFacts => ({
  status: 'Active',
  createdAt: daysAgo(1),
  lastUsedAt: daysAgo(0),
  expiresAt: undefined,
  ...facts,
});

test('a recent key in use has no findings', () => assert.deepEqual(keyWarnings(key({}), NOW), []));

test('a key is old after 90 days, not after 89', () => {
  assert.deepEqual(keyWarnings(key({ createdAt: daysAgo(90) }), NOW), ['old']);
  assert.deepEqual(keyWarnings(key({ createdAt: daysAgo(89) }), NOW), []);
});

test('a key is idle after 90 days without use', () => {
  assert.deepEqual(keyWarnings(key({ createdAt: daysAgo(100), lastUsedAt: daysAgo(90) }), NOW), [
    'old',
    'idle',
  ]);
});

test('a key that was never used is reported after a week', () => {
  assert.deepEqual(keyWarnings(key({ createdAt: daysAgo(6), lastUsedAt: '' }), NOW), []);
  assert.deepEqual(keyWarnings(key({ createdAt: daysAgo(7), lastUsedAt: '' }), NOW), ['neverUsed']);
});

test('an unknown last use is not reported', () => {
  assert.deepEqual(keyWarnings(key({ createdAt: daysAgo(30), lastUsedAt: undefined }), NOW), []);
});

test('a key that expires within two weeks and an expired key are reported', () => {
  assert.deepEqual(keyWarnings(key({ expiresAt: daysAgo(-14) }), NOW), ['expiresSoon']);
  assert.deepEqual(keyWarnings(key({ expiresAt: daysAgo(-15) }), NOW), []);
  assert.deepEqual(keyWarnings(key({ expiresAt: daysAgo(0) }), NOW), ['expired']);
});
