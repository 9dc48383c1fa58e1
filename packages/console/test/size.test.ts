import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { firstLoad } from '../size.ts';

const LIMIT = 400 * 1024;

for (const page of ['sign-in', 'overview'] as const) {
  test(`the page ${page} loads less than 400 KB of compressed JavaScript`, () => {
    const { bytes, files } = firstLoad(page);
    assert.ok(files.length > 0);
    assert.ok(bytes < LIMIT, `${bytes} bytes in ${files.join(', ')}`);
  });
}

test('editors and charts are not part of the first load', () => {
  for (const page of ['sign-in', 'overview'] as const) {
    const text = firstLoad(page)
      .files.map((file) => readFileSync(file, 'utf8'))
      .join('');
    assert.doesNotMatch(text, /cm-editor|recharts/);
  }
});
