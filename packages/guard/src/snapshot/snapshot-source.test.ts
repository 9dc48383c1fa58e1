import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { openSnapshotSource } from './snapshot-source.ts';

const here = new URL('./snapshot-source.ts', import.meta.url).href;

describe('a copy of credentials', () => {
  test('without a key it is not opened: what is missing is named', () => {
    const server = 'https://claviger.example';
    const [accessKeyId, accessKeySecret] = ['LTAI5tEXAMPLEKEYID000001', 'ExampleSecret0000000000000001'];
    for (const [options, named] of [
      [{ server, accessKeyId: '', accessKeySecret }, /^RangeError: accessKeyId: /],
      [{ server, accessKeyId, accessKeySecret: '' }, /^RangeError: accessKeySecret: /],
      [
        { server, accessKeyId, accessKeySecret: undefined as unknown as string },
        /^RangeError: accessKeySecret: /,
      ],
    ] as const) {
      assert.throws(() => openSnapshotSource(options), named);
    }
  });

  test('a process that waits for it, and for nothing else, goes on while the control plane is away', async () => {
    // The timer that closes it keeps nothing alive; it runs only when something else does.
    const program = `
      import { openSnapshotSource } from ${JSON.stringify(here)};
      const source = openSnapshotSource({
        server: 'http://127.0.0.1:1', accessKeyId: 'id', accessKeySecret: 'secret', allowPlainHttpOnLoopback: true,
        onChange: () => setTimeout(() => source.close(), 50).unref(),
      });
      await source.ready().catch((error) => console.log('waited:', error.message));`;
    const words = ['--conditions=claviger-source', '--input-type=module', '--eval', program];
    const { promise, resolve } = Promise.withResolvers<string>();
    execFile(process.execPath, words, (_error, out, err) => resolve(out || err));
    assert.match(await promise, /^waited: .*closed/);
  });
});
