/** `claviger call` against a Claviger server and a test server with fixed responses. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { claviger, serve, temporaryDirectory } from './claviger-process.ts';
import { type CommandInput, runInProcess } from './run-in-process.ts';
import { startVerifyingServer } from './verifying-server.ts';

interface Key {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

const example: Key = {
  AccessKeyId: 'LTAI5tEXAMPLEKEYID000001',
  AccessKeySecret: 'ExampleSecret0000000000000001',
};

function as({ AccessKeyId, AccessKeySecret }: Key): CommandInput {
  return {
    environment: {
      ALIBABA_CLOUD_ACCESS_KEY_ID: AccessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: AccessKeySecret,
    },
  };
}

const data = temporaryDirectory();
const admin = JSON.parse(claviger(['init', '--data', data, '--json']).out) as Key;
const server = await serve(['--data', data]);
after(() => server.stop('SIGTERM'));

describe('claviger call to a Claviger server', () => {
  let user: Key;

  const call = (key: Key, url: string, ...flags: string[]) =>
    runInProcess(['call', 'POST', url, ...flags], as(key));
  const ram = (key: Key, action: string, parameters: Record<string, string> = {}, ...flags: string[]) => {
    const query = new URLSearchParams(parameters);
    return call(key, `${server.url}/?${query}`, '--action', action, '--version', '2015-05-01', ...flags);
  };

  before(async () => {
    assert.equal((await ram(admin, 'CreateUser', { UserName: 'alice' })).status, 0);
    const { out } = await ram(admin, 'CreateAccessKey', { UserName: 'alice' });
    user = (JSON.parse(out) as { AccessKey: Key }).AccessKey;
  });

  test('prints the body and the status, and exits with 0', async () => {
    const { status, out, err } = await ram(admin, 'GetUser', { UserName: 'alice' });
    assert.deepEqual([status, err], [0, '200 OK\n']);
    assert.equal((JSON.parse(out) as { User: { UserName: string } }).User.UserName, 'alice');
  });

  for (const scheme of [['acs3'], ['acs4', '--product', 'ram'], ['rpc']]) {
    test(`signs with ${scheme[0]}`, async () => {
      const url = `${server.url}/?Action=GetUser&Version=2015-05-01&UserName=alice`;
      const named = scheme[0] === 'rpc' ? [] : ['--action', 'GetUser', '--version', '2015-05-01'];
      const target = scheme[0] === 'rpc' ? url : `${server.url}/?UserName=alice`;
      const { status, err } = await call(admin, target, '--scheme', ...scheme, ...named);
      assert.deepEqual([status, err], [0, '200 OK\n']);
    });
  }

  test('explains a denial: missing permission, principal, and a statement that allows it; exits with 1', async () => {
    const { status, out, err } = await ram(user, 'ListUsers');
    assert.equal(status, 1);
    const { Code, RequestId } = JSON.parse(out) as { Code: string; RequestId: string };
    assert.equal(Code, 'NoPermission');
    assert.match(err, /^403 Forbidden\nNoPermission: You are not authorized to do this action\./);
    assert.match(err, /\n {2}missing {3}ram:ListUsers on acs:ram:\*:\d+:user\/\*\n/);
    assert.match(err, /\n {2}for {7}RAM user \d+ of account \d+\n/);
    assert.match(err, /\n {2}why {7}nothing in a policy attached to it or its groups allows it\n/);
    assert.ok(err.includes(`\n  request   ${RequestId}\n`));
    const statement = /to allow {2}(.*)\n/.exec(err)?.[1];
    const document = JSON.stringify({ Version: '1', Statement: [JSON.parse(statement ?? '')] });
    await ram(admin, 'CreatePolicy', { PolicyName: 'list', PolicyDocument: document });
    await ram(admin, 'AttachPolicyToUser', { PolicyType: 'Custom', PolicyName: 'list', UserName: 'alice' });
    assert.equal((await ram(user, 'ListUsers')).status, 0, 'what it advises does allow it');
  });

  test('explains an explicit Deny', async () => {
    const document = JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Deny', Action: 'ram:GetUser', Resource: '*' }],
    });
    await ram(admin, 'CreatePolicy', { PolicyName: 'deny', PolicyDocument: document });
    await ram(admin, 'AttachPolicyToUser', { PolicyType: 'Custom', PolicyName: 'deny', UserName: 'alice' });
    const { err } = await ram(user, 'GetUser', { UserName: 'alice' });
    assert.match(err, /missing {3}ram:GetUser on acs:ram:\*:\d+:user\/alice\n/);
    assert.match(err, /has a Deny that applies; an Allow cannot override it/);
    assert.doesNotMatch(err, /to allow/);
  });

  test('reads XML errors', async () => {
    const { err } = await ram(user, 'ListGroups', {}, '-H', 'accept: text/xml');
    assert.match(err, /missing {3}ram:ListGroups on/);
    assert.match(err, /for {7}RAM user/);
  });

  test('explains a wrong secret', async () => {
    const { status, err } = await ram({ ...admin, AccessKeySecret: 'wrong' }, 'GetUser');
    assert.equal(status, 1);
    assert.match(err, /SignatureDoesNotMatch: Specified signature is not matched with our calculation\.\n/);
    assert.match(err, /The server signed the same text: it has another secret for this key\./);
  });

  test('--include prints the status line and headers, --json one object', async () => {
    const included = await ram(admin, 'GetUser', { UserName: 'alice' }, '--include');
    assert.match(included.out, /^HTTP\/1.1 200 OK\ncontent-type: application\/json[\s\S]*\n\n\{/);
    const { status, out, err } = await ram(user, 'DeleteUser', { UserName: 'alice' }, '--json');
    assert.deepEqual([status, err], [1, '']);
    const answer = JSON.parse(out) as {
      status: number;
      headers: Record<string, string>;
      body: { Code: string };
    };
    assert.deepEqual([answer.status, answer.body.Code], [403, 'NoPermission']);
    assert.match(answer.headers['content-type'] ?? '', /json/);
  });

  test('the secret is not printed', async () => {
    for (const key of [admin, { ...admin, AccessKeySecret: 'WrongSecret99' }]) {
      const { out, err } = await ram(key, 'GetUser', {}, '--include');
      assert.ok(!`${out}${err}`.includes(key.AccessKeySecret));
    }
  });
});

test('a self-signed certificate is trusted with --ca', async () => {
  const secure = await serve(['--data', data, '--tls', 'auto']);
  const words = ['call', 'POST', secure.url, '--action', 'GetCallerIdentity', '--version', '2015-04-01'];
  const trusting = await runInProcess([...words, '--ca', join(data, 'tls', 'cert.pem')], as(admin));
  assert.deepEqual([trusting.status, trusting.err], [0, '200 OK\n']);
  const plain = await runInProcess(words, as(admin));
  assert.equal(plain.status, 1);
  assert.match(
    plain.err,
    /^error: no response from https:\/\/127.0.0.1:\d+: its certificate is not issued by a trusted CA .*--ca/,
  );
  await secure.stop('SIGTERM');
});

describe('claviger call to other servers', () => {
  let server: HttpServer;
  let url: string;
  const requests: { host: string | undefined; target: string }[] = [];

  before(async () => {
    server = createServer((request, response) => {
      requests.push({ host: request.headers.host, target: request.url! });
      switch (request.url) {
        case '/moved':
          return response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
        case '/silent':
          return;
        case '/hangup':
          return request.socket.destroy();
        case '/half':
          return response
            .writeHead(200, { 'content-length': '9' })
            .write('half', () => request.socket.destroy());
        case '/upgrade':
          request.socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nhello',
          );
          return;
        case '/nonsense':
          return request.socket.end('220 mail.example.com ESMTP\r\n');
        case '/broken':
          return response.writeHead(502).end('<html>Bad gateway</html>');
        default:
          return response.end('no line feed');
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  test('a redirect is printed and not followed', async () => {
    const { status, err } = await runInProcess(['call', 'GET', `${url}/moved`], as(example));
    assert.deepEqual([status, err], [1, '302 Found\n  not followed  http://127.0.0.1:1/\n']);
  });

  test('a response that is not in the form of RAM is printed unchanged', async () => {
    const { status, out, err } = await runInProcess(['call', 'GET', `${url}/broken`], as(example));
    assert.deepEqual([status, out, err], [1, '<html>Bad gateway</html>', '502 Bad Gateway\n']);
  });

  test('a failed connection exits with 1 and names the server, the cause and what to do', async () => {
    const here = url.replaceAll('.', '\\.');
    for (const [words, named, code] of [
      [
        ['GET', `${url}/silent`, '--timeout', '0.05'],
        `${here} within 0\\.05 s\\. Use --timeout`,
        'ETIMEDOUT',
      ],
      [['GET', `${url}/hangup`], `${here}: it closed the connection`, 'ECONNRESET'],
      [['GET', `${url}/half`], `${here}: the connection broke`, 'ECONNRESET'],
      [['GET', `${url}/nonsense`], `${here}: it does not speak HTTP/1\\.1`, 'HPE_INVALID_CONSTANT'],
      [['GET', 'http://127.0.0.1:1/'], 'http://127.0.0.1:1: the connection was refused', 'ECONNREFUSED'],
      [['GET', 'http://nohost.invalid/'], 'http://nohost.invalid: unknown host name', 'ENOTFOUND'],
      [['GET', url.replace('http:', 'https:')], 'TLS protocol error.*http://', 'EPROTO'],
    ] as const) {
      const { status, out, err } = await runInProcess(['call', ...words], as(example));
      assert.deepEqual([status, out], [1, '']);
      assert.match(err, new RegExp(`^error: no (complete )?response from .*${named}`));
      assert.equal(err.trimEnd().split('\n').length, 1, err);
      const json = await runInProcess(['call', ...words, '--json'], as(example));
      assert.equal(json.status, 1);
      const { error } = JSON.parse(json.out) as { error: { code: string; message: string } };
      assert.equal(error.code, code);
      assert.equal(json.err, `error: ${error.message}\n`);
    }
    const wrong = await runInProcess(['call', 'GET', url, '--timeout', 'long'], as(example));
    assert.deepEqual(
      [wrong.status, wrong.err],
      [
        2,
        'error: --timeout: invalid number of seconds "long": expected more than 0, at most 86400\n(see --help)\n',
      ],
    );
  });

  test('a change of the protocol ends the connection and is reported', async () => {
    const words = ['call', 'GET', `${url}/upgrade`, '-H', 'Upgrade: x', '-H', 'Connection: upgrade'];
    const { status, out, err } = await runInProcess(words, as(example));
    assert.deepEqual([status, out, err], [1, '', '101 Switching Protocols\n']);
  });

  test('CONNECT and framing headers are invalid usage', async () => {
    for (const [words, named] of [
      [['CONNECT', url], /invalid method "CONNECT": expected a method other than CONNECT/],
      [
        ['POST', url, '-d', 'abc', '-H', 'Content-Length: 2'],
        /--header: invalid header "Content-Length": expected no length of the body/,
      ],
      [
        ['POST', url, '-d', 'abc', '-H', 'Transfer-Encoding: chunked'],
        /--header: invalid header "Transfer-Encoding"/,
      ],
    ] as const) {
      const { status, err } = await runInProcess(['call', ...words], as(example));
      assert.equal(status, 2);
      assert.match(err, named);
    }
  });

  test('the error for a failed connection does not contain the signature in the URL', async () => {
    const words = ['call', 'GET', 'http://127.0.0.1:1/?Action=A&Version=1', '--scheme', 'rpc'];
    assert.doesNotMatch((await runInProcess(words, as(example))).err, /Signature|LTAI/);
  });

  test('a given host header is sent', async () => {
    await runInProcess(['call', 'GET', `${url}/a`, '-H', 'Host: orders.example.com'], as(example));
    assert.deepEqual(requests.at(-1), { host: 'orders.example.com', target: '/a' });
  });

  test('a line feed is added to the body on a terminal only', async () => {
    assert.equal(
      (await runInProcess(['call', 'GET', url], { ...as(example), isTTY: true })).out,
      'no line feed\n',
    );
    assert.equal((await runInProcess(['call', 'GET', url], as(example))).out, 'no line feed');
  });

  test('a wrong clock is explained with its offset and the time of the server', async () => {
    const late = await startVerifyingServer((signedAt) => signedAt + 3_600_000);
    const { status, err } = await runInProcess(['call', 'GET', late.url], as(example));
    late.close();
    assert.equal(status, 1);
    assert.match(err, /^400 Bad Request\nInvalidTimeStamp.Expired: /);
    assert.match(err, /the server's clock was at/);
    assert.match(err, /3600 s behind, where 15 minutes are allowed\./);
  });
});

test('a renewed certificate is taken at SIGHUP, and an unusable one is not', async () => {
  const tls = join(data, 'tls');
  const [cert, key] = [join(data, 'cert.pem'), join(data, 'key.pem')];
  const secure = await serve(['--data', data, '--tls', 'auto', '--log-level', 'info']);
  await secure.stop('SIGTERM');
  copyFileSync(join(tls, 'cert.pem'), cert);
  copyFileSync(join(tls, 'key.pem'), key);
  const given = await serve(['--data', data, '--tls-cert', cert, '--tls-key', key, '--log-level', 'info']);
  const url = given.url.replace('http:', 'https:');
  const words = [
    'call',
    'POST',
    url,
    '--action',
    'GetCallerIdentity',
    '--version',
    '2015-04-01',
    '--ca',
    cert,
  ];
  const logged = async (text: string) => {
    while (!given.output().includes(text)) await once(given.process.stderr!, 'data');
  };
  rmSync(tls, { recursive: true });
  const renewed = await serve(['--data', data, '--tls', 'auto']);
  await renewed.stop('SIGTERM');
  copyFileSync(join(tls, 'key.pem'), key);
  given.process.kill('SIGHUP');
  await logged('certificate and configuration not reloaded');
  assert.equal((await runInProcess(words, as(admin))).status, 0);
  copyFileSync(join(tls, 'cert.pem'), cert);
  given.process.kill('SIGHUP');
  await logged('certificate and configuration reloaded');
  assert.equal((await runInProcess(words, as(admin))).status, 0);
  await given.stop('SIGTERM');
});
