/** The first calls that the console shows and docs/quickstart explains; those of other languages run in `npm run compat`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from '@cdktn/hcl2json';
import { QUICKSTARTS, quickstartScript } from '../packages/console/src/quickstart/quickstarts.ts';
import { startTestServer } from '../packages/server/test/server.ts';
import { quickstartPages } from './quickstart-pages.ts';

const repository = join(import.meta.dirname, '..');

test('the pages are those that `npm run docs:quickstart` writes', () => {
  for (const [path, text] of quickstartPages()) {
    assert.equal(readFileSync(join(repository, 'docs', 'quickstart', path), 'utf8'), text, path);
  }
});

describe('a script that is pasted into a shell makes the call', async () => {
  for (const isTls of [false, true]) {
    const server = await startTestServer(isTls ? { configuration: { tls: 'auto' } } : {});
    after(() => server.close());
    const context = { ...server.account.key, host: new URL(server.url).host, isTls };

    for (const id of ['curl', 'node'] as const) {
      test(`${id}, ${isTls ? 'https' : 'http'}`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'claviger-quickstart-'));
        after(() => rmSync(folder, { recursive: true, force: true }));
        symlinkSync(server.directory, join(folder, 'data'));
        symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
        const quickstart = QUICKSTARTS.find((each) => each.id === id)!;
        // The clients are installed already.
        const script = quickstartScript({ ...quickstart, install: [] }, context);
        writeFileSync(join(folder, 'script.sh'), script);
        const path = `${join(process.execPath, '..')}:${process.env['PATH']}`;
        const { stdout } = await promisify(execFile)('sh', ['-e', 'script.sh'], {
          cwd: folder,
          env: { ...process.env, PATH: path },
        });
        assert.match(stdout, /acs:ram::\d+:user\/\w+/);
      });
    }

    test(`Terraform's configuration is valid, ${isTls ? 'https' : 'http'}`, async () => {
      const { program } = QUICKSTARTS.find((each) => each.id === 'terraform')!;
      const { provider } = await parse('main.tf', program!.text(context));
      const [alicloud] = (provider as { readonly alicloud: readonly Readonly<Record<string, unknown>>[] })
        .alicloud;
      assert.equal(alicloud?.['protocol'], isTls ? 'HTTPS' : 'HTTP');
    });
  }
});
