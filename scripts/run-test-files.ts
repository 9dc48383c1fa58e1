/**
 * Runs several test files in one process, which loads the sources that they share once: the files come in the variable
 * CLAVIGER_TEST_FILES, one a line, since arguments belong to the tests. Results go to the file CLAVIGER_TEST_RESULTS.
 */
import asyncHooks from 'node:async_hooks';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { FILE_MARK, testResults } from './test-results.ts';

// To tell which test an error belongs to, the runner follows each asynchronous resource. Following each promise as well
// takes a sixth of the time of the server's tests; without it the error of a promise that nothing awaits fails the
// process instead of its test. The runner takes `createHook` when it is loaded.
const { createHook } = asyncHooks;
asyncHooks.createHook = (options) => createHook({ ...options, trackPromises: false });
const { run } = await import('node:test');
asyncHooks.createHook = createHook;

const { CLAVIGER_TEST_FILES = '', CLAVIGER_TEST_RESULTS = '', CLAVIGER_TEST_TIMEOUT } = process.env;
const marks = mkdtempSync(join(tmpdir(), 'claviger-test-marks-'));
// Events do not tell the file of a test that a helper defines: before each file stands a test with its name.
const files = CLAVIGER_TEST_FILES.split('\n').flatMap((file, index) => {
  const mark = join(marks, `${index}.mjs`);
  const name = JSON.stringify(FILE_MARK + file);
  writeFileSync(mark, `import { test } from 'node:test';\ntest(${name}, () => {});\n`);
  return [mark, file];
});

const results = createWriteStream(CLAVIGER_TEST_RESULTS);
const events = run({ files, isolation: 'none', timeout: Number(CLAVIGER_TEST_TIMEOUT) });
events.on('test:fail', () => {
  process.exitCode = 1;
});
// An error after the end of the test that caused it fails the process without failing a test: the diagnostic names the
// test, the stack the place. They are shown when the process fails.
events.on('test:diagnostic', ({ message }) => {
  if (message.startsWith('Error: ')) console.error(message);
});
let running = '';
events.on('test:dequeue', ({ name }) => (running = name));
const show = (error: unknown) => console.error(`while "${running}" ran:`, error);
process.on('uncaughtExceptionMonitor', show);
process.on('unhandledRejection', show);
for await (const line of testResults(events)) results.write(line);
results.end();
await finished(results);
rmSync(marks, { recursive: true, force: true });
