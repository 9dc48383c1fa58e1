/** The commands of docs/operations, run in the order of each page; paths and links exist. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { REPOSITORY } from '../release/shipped-packages.ts';
import { type Server, serve, temporaryDirectory } from './claviger-process.ts';
import { runInProcess } from './run-in-process.ts';

const PAGES = join(REPOSITORY, 'docs', 'operations');

/** Pages whose commands a test of their own runs: they need more than one installation. */
const TESTED_ELSEWHERE: ReadonlySet<string> = new Set([
  'README.md',
  'backup.md',
  'restore.md',
  'upgrade.md',
  'migrate.md',
]);

/** Commands that need services which are not here; their flags are checked by `--help`. */
const NEEDS_SERVICES = /--master-key-provider|gateway --config/;

const commandsOf = (page: string) =>
  [...page.matchAll(/^ {4,}\$ (npx claviger .+)$/gm)].map(([, line = '']) => line);

describe('the pages for operators', () => {
  const pages = readdirSync(PAGES).filter((name) => name.endsWith('.md'));

  test('link to existing files', () => {
    for (const name of pages) {
      const text = readFileSync(join(PAGES, name), 'utf8');
      for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        assert.ok(existsSync(join(PAGES, link)), `${name}: ${link}`);
      }
      for (const [path] of text.matchAll(/\bdeploy\/[\w./-]+\w/g)) {
        assert.ok(existsSync(join(REPOSITORY, path)), `${name}: ${path}`);
      }
    }
  });

  // One server for all pages: `init` and `serve` stand at the beginning of most of them.
  test('have commands that work, in their order', async () => {
    const data = temporaryDirectory();
    const made = await runInProcess(['init', '--data', data, '--json']);
    const root = JSON.parse(made.out) as Record<string, string>;
    let server: Server | undefined;
    const environment: Record<string, string> = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: root['AccessKeyId'] ?? '',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: root['AccessKeySecret'] ?? '',
    };
    const run = (words: readonly string[]) => runInProcess(words, { environment });
    let key = '';
    for (const name of pages.filter((page) => !TESTED_ELSEWHERE.has(page))) {
      const commands = commandsOf(readFileSync(join(PAGES, name), 'utf8'));
      assert.ok(commands.length > 0, name);
      for (const command of commands) {
        const line = command
          .replace('./data', data)
          .replace('$KEY', key)
          .replace('$ACCOUNT', root['AccountId'] ?? '');
        const words = line.split(' ').slice(2);
        if (NEEDS_SERVICES.test(line)) {
          const { out } = await run([...words.filter((word) => !word.startsWith('-')).slice(0, 1), '--help']);
          for (const flag of words.filter((word) => word.startsWith('--'))) {
            assert.ok(out.includes(flag), `${name}: ${flag}`);
          }
        } else if (words[0] === 'serve') {
          const tls = words.includes('--tls');
          if (server !== undefined && !tls) continue;
          const started = await serve(words.slice(1));
          if (tls) await started.stop('SIGTERM');
          else server = started;
          environment['CLAVIGER_ENDPOINT'] = server?.url ?? '';
        } else if (words[0] === 'init') {
          assert.match((await run(words)).err, /an installation .* already/);
        } else {
          // What an earlier page has made is made by this one again.
          if (words[0] === 'user' && words[1] === 'create') await removeUser(run, words[2] ?? '');
          const { status, out, err } = await run(
            words[0] === 'access-key' && words[1] === 'create' ? [...words, '--json'] : words,
          );
          assert.equal(status, 0, `${name}: ${command}: ${err}`);
          if (words[0] === 'access-key' && words[1] === 'create' && key === '') {
            key = (JSON.parse(out) as { AccessKey: { AccessKeyId: string } }).AccessKey.AccessKeyId;
          }
          if (words[0] === 'access-key' && words[1] === 'delete') key = '';
        }
      }
      key = '';
    }
    await server?.stop('SIGTERM');
  });
});

/** Deletes a user of an earlier page with its keys. */
async function removeUser(
  run: (words: readonly string[]) => Promise<{ readonly out: string }>,
  name: string,
): Promise<void> {
  const listed = await run(['access-key', 'list', '--user', name, '--json']);
  for (const [id] of listed.out.matchAll(/LTAI[A-Za-z0-9]+/g)) {
    await run(['access-key', 'delete', id, '--user', name]);
  }
  await run(['user', 'delete', name]);
}
