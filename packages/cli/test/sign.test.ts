import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CURL_MISSING, runCurl } from './curl.ts';
import { runInProcess } from './run-in-process.ts';
import { startVerifyingServer, type VerifyingServer } from './verifying-server.ts';

const environment = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tEXAMPLEKEYID000001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'ExampleSecret0000000000000001',
};
const temporary = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'STS.EXAMPLEKEYID000001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'ExampleSecret0000000000000002',
  ALIBABA_CLOUD_SECURITY_TOKEN: 'ExampleSecurityToken000001==',
};

describe('claviger sign', () => {
  const home = mkdtempSync(join(tmpdir(), 'claviger-sign-'));
  after(() => rmSync(home, { recursive: true, force: true }));
  let verifier: VerifyingServer;
  before(async () => {
    verifier = await startVerifyingServer();
  });
  after(() => verifier.close());

  test('prints headers that curl can send', { skip: CURL_MISSING }, async () => {
    const url = `${verifier.url}/orders?q=a%20b&empty=`;
    const { status, out, err } = await runInProcess(['sign', 'GET', url], { environment });
    assert.deepEqual([status, err], [0, '']);
    assert.match(out, /^accept: application\/json\nx-acs-date: /);
    assert.doesNotMatch(out, /^host:/m, 'curl writes that one itself');
    const seen = await curl(['-H', '@-', url], out);
    assert.equal(seen['accessKeyId'], 'LTAI5tEXAMPLEKEYID000001');
  });

  for (const scheme of ['acs3', 'acs4', 'rpc', 'roa']) {
    for (const [whose, keys] of [
      ['a permanent key', environment],
      ['a temporary key', temporary],
    ] as const) {
      test(`--curl prints a command that a server accepts: ${scheme}, ${whose}`, {
        skip: CURL_MISSING,
      }, async () => {
        const product = scheme === 'acs4' ? ['--product', 'orders'] : [];
        const body = scheme === 'rpc' ? `Name=it's%20中` : `{"name":"it's 中\\n"}`;
        const words = [
          'sign',
          'POST',
          `${verifier.url}/`,
          '--scheme',
          scheme,
          ...product,
          '-d',
          body,
          '--curl',
        ];
        const { status, out } = await runInProcess([...words, '-H', 'x-acs-note: 中'], { environment: keys });
        assert.equal(status, 0);
        const seen = await answerOf(out);
        assert.equal(seen['accessKeyId'], keys.ALIBABA_CLOUD_ACCESS_KEY_ID);
        assert.equal(seen['text'], body);
        assert.equal(seen['body'], 'verified');
      });
    }
  }

  test('--scheme rpc prints the signed URL, which has the signature in its query', {
    skip: CURL_MISSING,
  }, async () => {
    const { out } = await runInProcess(['sign', 'GET', `${verifier.url}/?Name=x`, '--scheme', 'rpc'], {
      environment,
    });
    assert.match(out, /^http:\/\/127.0.0.1:\d+\/\?Name=x&.*Signature=[^&]+\n$/);
    assert.equal((await curl([out.trim()]))['scheme'], 'RPC-HMAC-SHA1');
  });

  test('--json prints one object with method, URL, headers and body', async () => {
    const words = [
      'sign',
      'post',
      `${verifier.url}/orders`,
      '--json',
      '-d',
      '{"a":1}',
      '--action',
      'CreateOrder',
    ];
    const { out } = await runInProcess([...words, '--version', '2026-11-24'], { environment });
    const { method, url, headers, body } = JSON.parse(out) as {
      method: string;
      url: string;
      headers: Record<string, string>;
      body: string;
    };
    assert.deepEqual([method, url, body], ['POST', `${verifier.url}/orders`, '{"a":1}']);
    assert.equal(headers['x-acs-action'], 'CreateOrder');
    assert.equal(headers['x-acs-version'], '2026-11-24');
    assert.equal(headers['content-type'], 'application/json');
    const response = await fetch(url, { method, headers: withoutHost(headers), body });
    assert.equal(response.status, 200, await response.text());
  });

  test('each call signs with a new nonce', async () => {
    const nonce = async () => {
      const { out } = await runInProcess(['sign', 'GET', verifier.url], { environment });
      return /^x-acs-signature-nonce: (.*)$/m.exec(out)?.[1];
    };
    assert.notEqual(await nonce(), await nonce());
  });

  test('a body is read unchanged from a file or standard input, and curl reads the same file', {
    skip: CURL_MISSING,
  }, async () => {
    const file = join(home, 'body.bin');
    writeFileSync(file, Buffer.from([0, 255, 10, 13, 10]));
    const words = ['sign', 'PUT', `${verifier.url}/`, '-H', 'content-type: application/octet-stream'];
    const { out } = await runInProcess([...words, '-d', `@${file}`, '--curl'], { environment });
    assert.ok(out.includes(`--data-binary '@${file}'`), out);
    assert.equal((await answerOf(out))['body'], 'verified');
    const piped = await runInProcess([...words, '-d', '@-', '--json'], {
      environment,
      input: readFileSync(file),
    });
    assert.equal((JSON.parse(piped.out) as Record<string, string>)['bodyBase64'], 'AP8KDQo=');
    const unwritable = await runInProcess([...words, '-d', '@-', '--curl'], {
      environment,
      input: readFileSync(file),
    });
    assert.deepEqual([unwritable.status, unwritable.out], [2, '']);
    assert.match(unwritable.err, /-d @FILE/);
    assert.equal((await runInProcess([...words, '-d', `@${file}.absent`], { environment })).status, 2);
  });

  test('the content type is detected from the start of the body, unless it is given', async () => {
    for (const [body, flags, expected] of [
      [' {"a":1}', [], 'application/json'],
      ['[1]', [], 'application/json'],
      ['a=1', [], 'application/x-www-form-urlencoded'],
      ['{}', ['-H', 'Content-Type: text/plain'], 'text/plain'],
    ] as const) {
      const { out } = await runInProcess(['sign', 'POST', verifier.url, '-d', body, ...flags], {
        environment,
      });
      assert.equal(/^content-type: (.*)$/m.exec(out)?.[1], expected);
    }
  });

  test('a given host header is signed and printed', { skip: CURL_MISSING }, async () => {
    const words = ['sign', 'GET', verifier.url, '-H', 'Host: orders.example.com', '--curl'];
    const { out } = await runInProcess(words, { environment });
    assert.match(out, /-H 'host: orders.example.com'/);
    assert.equal((await answerOf(out))['host'], 'orders.example.com');
  });

  test('the secret is not printed', async () => {
    for (const flags of [[], ['--json'], ['--curl'], ['--scheme', 'rpc']]) {
      const { out, err } = await runInProcess(['sign', 'GET', verifier.url, ...flags], { environment });
      assert.ok(!`${out}${err}`.includes(environment.ALIBABA_CLOUD_ACCESS_KEY_SECRET), flags.join());
    }
    const { err } = await runInProcess(['sign', 'GET', verifier.url, '--access-key-secret', 'Secret99'], {
      environment,
    });
    assert.ok(!err.includes('Secret99'));
  });

  test('an invalid command line exits with 2 and names the error', async () => {
    for (const [words, named] of [
      [['sign'], 'method'],
      [['sign', verifier.url], 'url'],
      [['sign', verifier.url, 'GET'], 'GET https://'],
      [['sign', 'GET'], 'url'],
      [['sign', 'GET', 'orders.example.com'], 'http://'],
      [['sign', 'GET', 'ftp://orders.example.com'], 'http://'],
      [['sign', 'GET', 'https://key:secret@orders.example.com'], 'no user name'],
      [['sign', 'GET', verifier.url, '-H', 'nothing'], 'Name: value'],
      [['sign', 'GET', verifier.url, '-H', 'a: b\nc: d'], 'Name: value'],
      [['sign', 'GET', verifier.url, '-H', 'Authorization: x'], 'Authorization'],
      [['sign', 'GET', verifier.url, '--scheme', 'aws4'], 'acs3'],
      [['sign', 'GET', verifier.url, '--scheme', 'acs4'], '--product'],
      [['sign', 'GET', verifier.url, '--region', 'cn-hangzhou'], '--scheme acs4'],
      [['sign', 'GET', verifier.url, '--json', '--curl'], '--curl'],
      [['sign', 'GET', `${verifier.url}/?a=1&a=2`], '`a` occurs twice'],
      [['sign', 'GET', `${verifier.url}/a+b`], '`%2B`'],
      [['sign', 'GET', verifier.url, '-H', 'x-acs-date: 2026-11-24T08:00:00Z'], '`x-acs-date`'],
    ] as const) {
      const { status, out, err } = await runInProcess(words, { environment });
      assert.deepEqual([status, out], [2, ''], words.join(' '));
      assert.ok(err.includes(named), `${named} in: ${err}`);
    }
  });

  describe('the AccessKey', () => {
    const sign = (environmentOf: Record<string, string>, ...flags: string[]) =>
      runInProcess(['sign', 'GET', verifier.url, '--curl', ...flags], {
        environment: { HOME: home, ...environmentOf },
      });
    const profile = (name: string, mode: string, rest: object = {}) => ({
      name,
      mode,
      access_key_id: `LTAI5t-${name}`,
      access_key_secret: `secret-${name}`,
      ...rest,
    });
    const config = join(home, '.aliyun', 'config.json');
    before(() => {
      mkdirSync(join(home, '.aliyun'));
      const profiles = [
        profile('main', 'AK'),
        profile('session', 'StsToken', { sts_token: 'TOKEN' }),
        profile('tokenless', 'StsToken'),
        profile('role', 'RamRoleArn'),
        { name: 'empty', mode: 'AK', access_key_id: '', access_key_secret: '' },
      ];
      writeFileSync(config, JSON.stringify({ current: 'main', profiles }));
    });

    test('is refused when the environment has half of it; without one the error names the variables', async () => {
      for (const [given, named] of [
        [{ HOME: join(home, 'nowhere') }, /no AccessKey: set ALIBABA_CLOUD_ACCESS_KEY_ID.*--profile/],
        [{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'id' }, /ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set/],
        [{ ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' }, /ALIBABA_CLOUD_ACCESS_KEY_ID is not set/],
      ] as const) {
        const { status, out, err } = await sign(given);
        assert.deepEqual([status, out], [2, '']);
        assert.match(err, named);
      }
    });

    test('is read from a profile of the official command-line tool, which wins over the environment', async () => {
      assert.match((await sign(environment, '--profile', 'main')).out, /Credential=LTAI5t-main,/);
      const session = (await sign({}, '--profile', 'session')).out;
      assert.match(session, /Credential=LTAI5t-session,/);
      assert.match(session, /x-acs-security-token: TOKEN/);
    });

    test('is refused with a reason for a profile without one; other fields of the profile are not shown', async () => {
      for (const [name, reason] of [
        ['absent', /no profile "absent": expected main, session, /],
        ['tokenless', /has an incomplete AccessKey/],
        ['empty', /has an incomplete AccessKey/],
        ['role', /the mode of profile "role" is "RamRoleArn": expected AK or StsToken/],
      ] as const) {
        const { status, err } = await sign({}, '--profile', name);
        assert.equal(status, 2);
        assert.match(err, reason);
        assert.ok(!err.includes('secret-'), err);
      }
    });

    test('an invalid or missing configuration is named and not quoted', async () => {
      const whole = readFileSync(config, 'utf8');
      writeFileSync(config, whole.slice(0, -1));
      const broken = await sign({}, '--profile', 'main');
      writeFileSync(config, whole);
      assert.equal(broken.status, 2);
      assert.match(broken.err, /config.json is not JSON/);
      assert.ok(!broken.err.includes('secret-'), broken.err);
      for (const [text, named] of [
        ['{"profiles":[null]}', /config.json is not JSON/],
        ['{"profiles":[{"name":"main"}]}', /the mode of profile "main" is missing/],
        [
          '{"profiles":[{"name":"main","mode":"AK","access_key_id":5,"access_key_secret":6}]}',
          /has an incomplete AccessKey/,
        ],
      ] as const) {
        writeFileSync(config, text);
        const wrong = await sign({}, '--profile', 'main');
        assert.equal(wrong.status, 2);
        assert.match(wrong.err, named);
      }
      writeFileSync(config, whole);
      const absent = await sign({ HOME: join(home, 'nowhere') }, '--profile', 'main');
      assert.equal(absent.status, 2);
      assert.match(absent.err, /nowhere/);
      assert.equal(readFileSync(config, 'utf8'), whole, 'it is never written');
    });
  });
});

async function curl(words: readonly string[], input = ''): Promise<Record<string, unknown>> {
  return answerOf(`curl ${words.map((word) => `'${word}'`).join(' ')}`, input);
}

async function answerOf(command: string, input = ''): Promise<Record<string, unknown>> {
  return JSON.parse(await runCurl(command, input)) as Record<string, unknown>;
}

function withoutHost({ host: _, ...headers }: Record<string, string>): Record<string, string> {
  return headers;
}
