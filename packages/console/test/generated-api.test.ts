import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { GENERATED_FOLDER, generatedFiles } from '../generate-api-types.ts';

test('the generated API types are current: npm run generate:api', () => {
  const files = generatedFiles();
  assert.deepEqual(readdirSync(GENERATED_FOLDER).sort(), [...files.keys()].sort());
  for (const [name, text] of files)
    assert.equal(readFileSync(join(GENERATED_FOLDER, name), 'utf8'), text, name);
});
