import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generatedFiles, generatedFolder } from '../generate-api-types.ts';

test('the types of the API are what their generation makes: npm run generate:api', () => {
  const files = generatedFiles();
  assert.deepEqual(readdirSync(generatedFolder).sort(), [...files.keys()].sort());
  for (const [name, text] of files)
    assert.equal(readFileSync(join(generatedFolder, name), 'utf8'), text, name);
});
