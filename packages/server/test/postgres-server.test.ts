import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { POSTGRES_VARIABLE } from './postgres-server.ts';

const globalSetup = fileURLToPath(new URL('postgres-server.ts', import.meta.url));

test('the test command fails if and only if a test fails', () => {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-tests-'));
  const { [POSTGRES_VARIABLE]: _, NODE_TEST_CONTEXT: __, ...environment } = process.env;
  const statusOf = (body: string) => {
    const file = join(directory, 'one.test.mjs');
    writeFileSync(file, `import { test } from 'node:test';\ntest('one', () => {${body}});\n`);
    const words = ['--conditions=claviger-source', '--test', `--test-global-setup=${globalSetup}`, file];
    return spawnSync(process.execPath, words, { env: environment, stdio: 'ignore' }).status;
  };
  try {
    assert.equal(statusOf("throw new Error('it fails')"), 1);
    assert.equal(statusOf(''), 0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
