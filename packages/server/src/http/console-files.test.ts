import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ConsoleFiles } from './console-files.ts';
import { type Listener, startListener } from './listener.ts';

const script = 'console.log("hello");\n'.repeat(200);
const page =
  '<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" src="/assets/main-abc.js"></script>';

describe('console files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-console-'));
  let listener: Listener;
  let url = '';

  before(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), page);
    writeFileSync(join(folder, '.inputs'), 'not for anybody');
    writeFileSync(join(folder, 'robots.txt'), 'User-agent: *\n');
    writeFileSync(join(folder, 'assets', 'main-abc.js'), script);
    writeFileSync(join(folder, 'assets', 'main-abc.js.gz'), gzipSync(`// ready\n${script}`));
    writeFileSync(join(folder, 'assets', 'logo-abc.png'), Buffer.alloc(2048));
    const files = new ConsoleFiles(folder);
    listener = await startListener({
      host: '127.0.0.1',
      port: 0,
      api: () => ({ status: 418, headers: {}, body: 'the API' }),
      routes: { get: () => files.route },
      now: Date.now,
      onBug: (error) => assert.fail(error as Error),
    });
    url = listener.address;
  });

  after(async () => {
    await listener.close(1000);
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${url}${path}`, { method, headers: { accept: 'text/html,*/*;q=0.8', ...headers } });

  /** Returns the status of a GET whose path is sent unchanged. */
  const statusOf = (path: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      get({ host: '127.0.0.1', port: new URL(listener.address).port, path }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', reject);
    });

  test('a browser gets the page at every address', async () => {
    for (const path of ['/', '/index.html', '/users/alice?tab=keys', '/../../etc/passwd', '/sign-in']) {
      const answer = await open(path);
      assert.equal(answer.status, 200, path);
      assert.equal(answer.headers.get('content-type'), 'text/html;charset=utf-8');
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.match(await answer.text(), /main-abc\.js/);
    }
  });

  test('API calls are passed on to the API', async () => {
    const calls = [
      open('/?Action=GetUser&Version=2015-05-01'),
      open('/', { authorization: 'ACS3-HMAC-SHA256 Credential=a' }),
      open('/', { accept: '*/*' }),
      open('/', { accept: 'application/json' }),
      open('/', {}, 'POST'),
    ];
    for (const answer of await Promise.all(calls)) assert.equal(answer.status, 418);
  });

  test('the page runs only its own files, and cannot be framed', async () => {
    const [first, second] = await Promise.all([open('/'), open('/')]);
    const policy = first.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([A-Za-z0-9+/=]{24})'/.exec(policy)?.[1] ?? '';
    assert.ok((await first.text()).includes(`nonce="${nonce}"`));
    assert.ok(!(await second.text()).includes(nonce), 'every page has a nonce of its own');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    for (const [name, value] of Object.entries({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
    })) {
      assert.equal(first.headers.get(name), value, name);
    }
    assert.match(first.headers.get('permissions-policy') ?? '', /publickey-credentials-get=\(self\)/);
  });

  test('assets are cached permanently, and compressed', async () => {
    const plain = await open('/assets/main-abc.js', { accept: '*/*', 'accept-encoding': 'identity' });
    assert.equal(await plain.text(), script);
    assert.equal(plain.headers.get('content-type'), 'text/javascript;charset=utf-8');
    assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(plain.headers.get('x-content-type-options'), 'nosniff');
    const brotli = await open('/assets/main-abc.js', { 'accept-encoding': 'gzip, br' });
    assert.equal(brotli.headers.get('content-encoding'), 'br');
    assert.equal(await brotli.text(), script);
    const ready = await open('/assets/main-abc.js', { 'accept-encoding': 'br;q=0, gzip' });
    assert.equal(ready.headers.get('content-encoding'), 'gzip');
    assert.match(await ready.text(), /^\/\/ ready/, 'what the build has compressed is not compressed again');
    const image = await open('/assets/logo-abc.png', { 'accept-encoding': 'br' });
    assert.equal(image.headers.get('content-encoding'), null);
    const etag = plain.headers.get('etag') ?? '';
    const again = await open('/assets/main-abc.js', { 'if-none-match': `"other", W/${etag}` });
    assert.equal(again.status, 304);
    assert.equal(await again.text(), '');
  });

  test('other files, in the folder or outside of it, are not served', async () => {
    for (const path of [
      '/assets/none.js',
      '/assets/',
      '/assets/../index.html/',
      '/assets/%2e%2e/.inputs',
      '/assets/..%2f.inputs',
      '/assets/main-abc.js.gz',
      '/assets/main-abc.js%00.png',
    ]) {
      const status = await statusOf(path);
      assert.ok(status === 404 || status === 418, `${path} ${status}`);
    }
    assert.equal((await open('/.inputs', { accept: '*/*' })).status, 418);
    assert.equal(await (await open('/robots.txt', { accept: '*/*' })).text(), 'User-agent: *\n');
    assert.equal((await open('/robots.txt', {}, 'HEAD')).status, 200);
  });

  test('a build that is made while the server runs is served', async () => {
    writeFileSync(join(folder, 'assets', 'main-def.js'), 'next');
    writeFileSync(join(folder, 'index.html'), page.replace('abc', 'def'));
    utimesSync(join(folder, 'index.html'), new Date(), new Date(Date.now() + 60_000));
    assert.match(await (await open('/')).text(), /main-def/);
    assert.equal(await (await open('/assets/main-def.js')).text(), 'next');
  });

  test('without a build the page says how to make one', async () => {
    for (const folder of [undefined, join(tmpdir(), 'no-such-folder')]) {
      const files = new ConsoleFiles(folder);
      assert.equal(files.built, false);
      const request = {
        method: 'GET',
        target: '/',
        rawHeaders: ['Accept', 'text/html'],
        body: Buffer.alloc(0),
        peerAddress: '127.0.0.1',
        secure: false,
        receivedAt: 0,
        isGone: () => false,
      };
      const answer = await files.route(request);
      assert.match(String(answer?.body), /npm run build/);
    }
  });
});
