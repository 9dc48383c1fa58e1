import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './fuzz-run.ts';

test('10,000 attacks on a guard: none is accepted for something else, and none makes it fail', () => {
  const found: string[] = [];
  const counts = fuzz({ cases: 10_000, seed: Date.now() % 1_000_000 }, (what, request) => {
    found.push(
      `${what}: ${JSON.stringify({ ...request, body: Buffer.from(request.body).toString('latin1') })}`,
    );
  });
  assert.deepEqual(found, []);
  // Attacks that are all refused, or all of one kind, would be none.
  assert.ok(counts.refused > 5_000 && counts.allowed > 100, JSON.stringify(counts));
});
