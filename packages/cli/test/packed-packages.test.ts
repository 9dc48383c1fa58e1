/** The published packages, packed and installed into a folder outside the repository. */
import assert from 'node:assert/strict';
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import {
  type Manifest,
  PUBLISHED_FOLDERS,
  packPackages,
  readManifest,
  type Tarball,
  versionFaults,
} from '../release/packages.ts';
import { REPOSITORY } from '../release/shipped-packages.ts';
import { freePort } from './claviger-process.ts';

/** Packages that export types. The other two are a command and built files. */
const libraries = [
  '@claviger/signature',
  '@claviger/policy',
  '@claviger/catalogue',
  '@claviger/guard',
  '@claviger/server',
];

describe('the packed packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-packed-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let tarballs: readonly Tarball[];

  before(() => {
    if (!existsSync(join(REPOSITORY, 'packages/console/dist/index.html')))
      run(process.execPath, [join(REPOSITORY, 'packages/console/build.ts')], REPOSITORY);
    tarballs = packPackages(folder);
    writeFileSync(
      join(folder, 'package.json'),
      '{ "name": "consumer", "private": true, "type": "module" }\n',
    );
    const files = tarballs.map(({ filename }) => `./${filename}`);
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...files], folder);
  });

  /** Facts about an installed package. */
  const installed = (name: string, ...path: string[]) => join(folder, 'node_modules', name, ...path);

  test('have one version, and depend on exactly this version of each other', () => {
    assert.deepEqual(versionFaults(readFileSync(join(REPOSITORY, 'CHANGELOG.md'), 'utf8')), []);
    assert.deepEqual(
      tarballs.map(({ name }) => name),
      PUBLISHED_FOLDERS.map((each) => readManifest(each).name),
    );
  });

  test('bring a licence, a README, and what a registry shows of them; no tests', () => {
    const licence = readFileSync(join(REPOSITORY, 'LICENSE'), 'utf8');
    for (const { name, files } of tarballs) {
      const manifest = JSON.parse(readFileSync(installed(name, 'package.json'), 'utf8')) as Manifest;
      assert.ok((manifest.description ?? '').length > 20, name);
      assert.ok((manifest.keywords ?? []).length > 3, name);
      assert.equal(manifest.license, 'Apache-2.0', name);
      assert.match(manifest.repository?.url ?? '', /^git\+https:\/\//, name);
      assert.ok(existsSync(join(REPOSITORY, manifest.repository?.directory ?? '-', 'package.json')), name);
      assert.equal(readFileSync(installed(name, 'LICENSE'), 'utf8'), licence, name);
      assert.match(readFileSync(installed(name, 'README.md'), 'utf8'), /```|^ {4}\S/m, name);
      assert.deepEqual(
        files.map(({ path }) => path).filter((path) => /\.test\.|(^|\/)test\//.test(path)),
        [],
        name,
      );
    }
  });

  test('declare every package that their compiled files import', () => {
    for (const { name } of tarballs) {
      const { dependencies, peerDependencies } = JSON.parse(
        readFileSync(installed(name, 'package.json'), 'utf8'),
      ) as Manifest;
      const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
      for (const file of globSync('{bin,dist/src}/**/*.{js,d.ts}', { cwd: installed(name) })) {
        const text = readFileSync(installed(name, file), 'utf8');
        for (const [, imported = ''] of text.matchAll(
          /^(?:import|export)\b[^'"\n]*?from '([^'.][^']*)';$/gm,
        )) {
          const [, needed = ''] = /^((?:@[^/]+\/)?[^/]+)/.exec(imported) ?? [];
          assert.ok(isBuiltin(imported) || declared.has(needed), `${name} imports ${imported} in ${file}`);
        }
      }
    }
  });

  test('are faultless to publint', async () => {
    for (const { name, filename } of tarballs) {
      const tarball = readFileSync(join(folder, filename));
      const { messages, pkg } = await publint({
        pack: { tarball: new Uint8Array(tarball).buffer },
        strict: true,
      });
      assert.deepEqual(
        messages.map((message) => formatMessage(message, pkg, { color: false })),
        [],
        name,
      );
    }
  });

  test('export types that attw resolves from every kind of ES module', () => {
    const attw = join(REPOSITORY, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    for (const { name, filename } of tarballs) {
      if (!libraries.includes(name)) continue;
      run(process.execPath, [attw, filename, '--profile', 'esm-only', '--format', 'ascii'], folder);
    }
  });

  for (const [name, printed] of [
    ['@claviger/guard', 'acs:ram::1234567890123456:user/ann did orders:GetOrder\n404\n'],
    [
      '@claviger/catalogue',
      "AliyunECSReadOnlyAccess published 1\nundefined [ 'AliyunECSReadOnlyAccess' ]\nAliyunServiceRoleForPolarDB\n",
    ],
    ['@claviger/server', 'true\n'],
  ] as const) {
    test(`the example in the README of ${name} prints what it says`, () => {
      const [, example = ''] =
        /```js\n(.*?)```/s.exec(readFileSync(installed(name, 'README.md'), 'utf8')) ?? [];
      const file = join(folder, `${name.replace('@claviger/', '')}.mjs`);
      writeFileSync(file, example);
      assert.equal(run(process.execPath, [file], folder), printed);
    });
  }

  test('traces need the SDK of OpenTelemetry, and nothing is installed before that is said', () => {
    const words = ['--no', 'claviger', 'serve', '--init', '--data', './untraced'];
    const { env, ...others } = options(folder);
    const asking = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
    const { status, stderr } = spawnSync('npx', words, { ...others, env: asking, encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /OTEL_EXPORTER_OTLP_ENDPOINT asks for traces.*npm install @opentelemetry\/sdk-node/);
    assert.ok(!existsSync(join(folder, 'untraced')));
  });

  test('`npx claviger serve --init` serves the API and the console, and stops at SIGTERM', async () => {
    const port = await freePort();
    const words = ['--no', 'claviger', 'serve', '--init', '--data', './data', '--port', String(port)];
    const child = spawn('npx', words, { ...options(folder), detached: true });
    // Its whole group: npx killed alone leaves the server behind.
    after(() => child.exitCode ?? child.signalCode ?? process.kill(-child.pid!, 'SIGKILL'));
    // The streams close when the last process of the group has ended.
    const closed = once(child, 'close');
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const listen = (text: Buffer) => {
        said += text;
        if (said.includes('The console is at')) resolve();
      };
      child.stdout!.on('data', listen);
      child.stderr!.on('data', listen);
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
    });
    assert.match(said, /AccessKey Secret {4}\w{30}/);
    const url = `http://127.0.0.1:${port}/`;
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    const [, script = ''] = /src="\/(assets\/[^"]+\.js)"/.exec(await page.text()) ?? [];
    assert.match(script, /^assets\//);
    assert.equal((await fetch(url + script)).headers.get('content-type'), 'text/javascript;charset=utf-8');
    const call = await fetch(`${url}?Action=GetCallerIdentity&Version=2015-04-01`);
    assert.equal(((await call.json()) as { Code: string }).Code, 'MissingAccessKeyId');
    process.kill(-child.pid!, 'SIGTERM');
    await closed;
    // Lines of the request log may follow.
    assert.match(said, /^Stopping: waiting for pending requests\.$/m);
  });
});

/** Environment of a command outside the repository: this Node.js, without the npm variables of the test run. */
function options(cwd: string): SpawnOptions {
  const told =
    /^(npm_(package|lifecycle|config_local_prefix|config_workspace)|INIT_CWD|NODE_TEST_CONTEXT|CLAVIGER_)/;
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name)));
  return { cwd, env: { ...kept, PATH: `${dirname(process.execPath)}:${kept['PATH']}` } };
}

/** Runs a command to its end. @returns its standard output @throws Error with its output if it fails */
function run(command: string, words: readonly string[], cwd: string): string {
  const done = spawnSync(command, words, { ...options(cwd), encoding: 'utf8', stdio: 'pipe' });
  if (done.status !== 0)
    throw new Error(`${command} ${words.join(' ')} failed: ${done.stdout}${done.stderr}`);
  return done.stdout;
}
