import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type SignedRequest, signRequest } from '@claviger/signature';
import { runInProcess } from './run-in-process.ts';

const NOW = Date.UTC(2026, 10, 24, 8, 0, 0);
const AT = ['--at', '2026-11-24T08:01:00Z'];
const ID = 'LTAI5tEXAMPLEKEYID000001';
const SECRET = 'ExampleSecret0000000000000001';
const environment = { ALIBABA_CLOUD_ACCESS_KEY_ID: ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET: SECRET };

const signed = sign();
const wire = wireOf(signed);

describe('claviger verify', () => {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-verify-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const file = (name: string, content: string | Uint8Array) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const verify = (input: string | Uint8Array, ...flags: string[]) =>
    runInProcess(['verify', ...AT, ...flags], { environment, input });

  test('prints each check; a valid request exits with 0', async () => {
    const { status, out, err } = await verify(wire);
    assert.deepEqual([status, err], [0, '']);
    const steps = out.split('\n').map((line) => line.split(/ +/).slice(0, 2).join(' '));
    assert.deepEqual(steps.slice(0, 7), [
      'ok request',
      'ok scheme',
      'ok headers',
      'ok key',
      'ok time',
      'ok body',
      'ok signature',
    ]);
    assert.match(out, /\nA server with this secret accepts the request/);
  });

  test('an invalid request exits with 1; the last line names the first failed check', async () => {
    const { status, out } = await verify(wire.replace('x-acs-date: 2026', 'x-acs-date: 2025'));
    assert.equal(status, 1);
    assert.match(out, /^FAILS {2}time {7}It was signed at 2025-11-24T08:00:00Z/m);
    assert.match(out, /\nThe request is refused. First failed check: time\.\n$/);
  });

  test('a request captured behind a proxy is checked against the address that the client called', async () => {
    const behind = wire.replace('orders.example.com', '10.0.0.5:3000');
    assert.match((await verify(behind)).out, /No known mistake explains it/);
    const fits =
      /a client that signs the host `orders\.example\.com`, to which it was sent, where `host` is `10\.0\.0\.5:3000`/;
    for (const address of [
      'https://orders.example.com/orders',
      'orders.example.com',
      'http://orders.example.com:8080',
    ]) {
      const { status, out } = await verify(behind, '--sent-to', address);
      assert.equal(status, 1);
      assert.match(out, fits, address);
    }
    const absolute = behind.replace(/^(\w+) \//, '$1 http://orders.example.com/');
    assert.match((await verify(absolute)).out, fits);
    assert.equal((await verify(behind, '--sent-to', 'https://')).status, 2);
  });

  test('a server message is compared byte by byte, and the first difference is marked', async () => {
    const received = sign('orders.internal:8080');
    const message = serverMessage(received);
    for (const says of [
      message,
      `@${file('answer.json', JSON.stringify({ Code: 'SignatureDoesNotMatch', Message: message }))}`,
    ]) {
      const { status, out } = await verify(wire, '--server-says', says);
      assert.equal(status, 1);
      assert.match(out, /\nThe signature is valid, but the server verified a different request\./);
      const [here, there, mark] = out.split('\n').filter((line) => /^ {2}(this|the server)|\^/.test(line));
      assert.equal(here, '  this request  host:orders.example.com');
      assert.equal(there, '  the server    host:orders.internal:8080');
      assert.match(mark ?? '', /^ {28}\^ byte \d+$/);
      assert.equal(here?.[28], 'e');
      assert.equal(there?.[28], 'i');
      assert.match(out, /first in the header `host` \(byte \d+; line 5, column 13\)/);
    }
  });

  test('equal texts mean that the server has a different secret', async () => {
    const { status, out } = await verify(wire, '--server-says', serverMessage(signed));
    assert.equal(status, 1);
    assert.match(out, /\nThe signature is valid, but the server has a different secret for this key\.\n$/);
  });

  test('a server message without a signed text or a time is refused', async () => {
    const { status, err } = await verify(wire, '--server-says', 'Forbidden');
    assert.equal(status, 2);
    assert.match(err, /--server-says/);
  });

  test("the server's clock is taken from its message", async () => {
    const { out } = await verify(
      wire,
      '--server-says',
      'Specified time stamp or date value is expired. Server time is 2026-11-24T09:00:00Z, the request is 3600 s behind.',
    );
    assert.match(out, /FAILS {2}time .*the server's clock was at 2026-11-24T09:00:00Z/);
    assert.match(out, /3600 s behind/);
  });

  test('a wrong secret is reported when no other cause matches', async () => {
    const wrong = { ...environment, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'another' };
    const { status, out } = await runInProcess(['verify', ...AT], { environment: wrong, input: wire });
    assert.equal(status, 1);
    assert.match(out, /No known mistake explains it: the client signed with another secret/);
    assert.ok(!out.includes('another\n'));
  });

  test('a known mistake of the client is named', async () => {
    const quoted = signRequest(
      { method: 'GET', target: '/', headers: [['host', 'a']] },
      { accessKeyId: ID, accessKeySecret: `${SECRET}\n` },
      { scheme: 'ACS3-HMAC-SHA256', now: NOW, nonce: 'n-1' },
    );
    const { out } = await verify(wireOf(quoted));
    assert.match(out, /The signature fits a client that signs with the secret and a line feed after it\./);
  });

  test('without a key everything except the signature is checked', async () => {
    const { status, out } = await runInProcess(['verify', ...AT], { input: wire });
    assert.equal(status, 1);
    assert.match(out, /^\? {6}signature {2}There is no secret/m);
    assert.match(out, /No check failed\. Not checked: signature\./);
  });

  test('--canonical prints the signed texts, --json one object', async () => {
    const { out } = await verify(wire, '--canonical');
    assert.match(
      out,
      /The canonical request:\nPOST\n\/orders\nq=a%20b\ncontent-type:application\/json\nhost:/,
    );
    assert.match(out, /The string to sign:\nACS3-HMAC-SHA256\n[0-9a-f]{64}\n/);
    const explanation = JSON.parse((await verify(wire, '--json')).out) as Record<string, unknown>;
    assert.deepEqual(Object.keys(explanation).toSorted(), [
      'canonicalRequest',
      'holds',
      'notes',
      'steps',
      'stringToSign',
    ]);
  });

  test('the secret is not printed', async () => {
    for (const flags of [[], ['--json'], ['--canonical']]) {
      const { out, err } = await verify(wire.replace('POST', 'PUT'), ...flags);
      assert.ok(!`${out}${err}`.includes(SECRET));
    }
  });

  describe('reads a request', () => {
    const accepted = async (input: string | Uint8Array, ...flags: string[]) => {
      const { status, out, err } = await verify(input, ...flags);
      assert.equal(status, 0, out + err);
      return out;
    };

    test('from a file, with CRLF or LF, and with a line feed added by an editor', async () => {
      const path = file('request.txt', wire);
      assert.equal((await runInProcess(['verify', path, ...AT], { environment })).status, 0);
      await accepted(wire.replaceAll('\r\n', '\n'));
      await accepted(`\n\n${wire}\n`);
    });

    test('with a chunked body', async () => {
      const { body } = signed;
      const size = (body.length - 5).toString(16);
      await accepted(
        Buffer.concat([
          Buffer.from(
            wire.slice(0, wire.indexOf('{')).replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked'),
          ),
          Buffer.from('5\r\n'),
          body.subarray(0, 5),
          Buffer.from(`\r\n${size};name=value\r\n`),
          body.subarray(5),
          Buffer.from('\r\n0\r\n\r\n'),
        ]),
      );
    });

    test('without the captured body, which is noted', async () => {
      const { status, out } = await verify(wire.slice(0, wire.indexOf('{')));
      assert.equal(status, 1);
      assert.match(out, /note {3}The body is incomplete: 0 of \d+ bytes/);
      assert.match(out, /Not checked: body\./);
    });

    test('with an absolute URL', async () => {
      await accepted(wire.replace(' /orders', ' http://orders.example.com/orders'));
    });

    test('from the output of curl -v', async () => {
      const get = sign('orders.example.com', '');
      const lines = wireOf(get)
        .trimEnd()
        .split('\r\n')
        .map((line) => `> ${line}`);
      await accepted(
        ['*   Trying 127.0.0.1:80...', ...lines, '> ', '< HTTP/1.1 400 Bad Request', '< date: x', ''].join(
          '\n',
        ),
      );
    });

    test('from a curl command with any quoting', async () => {
      const headers = pairs(signed).filter(([name]) => name !== 'host' && name !== 'content-length');
      const body = Buffer.from(signed.body).toString();
      const single = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
      const double = (text: string) => `"${text.replace(/["\\$`]/g, '\\$&')}"`;
      const ansi = (text: string) => `$'${text.replace(/['\\]/g, '\\$&').replaceAll('中', '\\u4e2d')}'`;
      for (const quote of [single, double, ansi]) {
        for (const flag of ['-d ', '--data-raw ', '--data-binary=', '-d']) {
          const command = [
            `curl -sS -k -X POST ${quote('http://orders.example.com/orders?q=a%20b')} --compressed`,
            ...headers.map(([name, value]) => `  -H ${quote(`${name}: ${value}`)}`),
            `  ${flag}${quote(body)}`,
          ].join(' \\\n');
          await accepted(command, '--curl');
        }
      }
    });

    test('from a curl command that claviger sign printed', async () => {
      for (const words of [
        ['GET', 'http://a/b?c=[d]'],
        ['HEAD', 'http://a/'],
        ['PUT', 'http://a/', '-d', 'x=\'"1'],
        ['POST', 'http://a/?Name=1', '-d', 'N=2', '--scheme', 'rpc'],
      ]) {
        const { out } = await runInProcess(['sign', ...words, '--curl'], { environment });
        const { status, out: verified } = await runInProcess(['verify', '--curl'], {
          environment,
          input: out,
        });
        assert.equal(status, 0, `${out}\n${verified}`);
      }
    });

    test('from a curl command as curl sends it: files, -G, --json, --data-urlencode, omitted headers', async () => {
      const path = file('body.txt', 'a=1\n&b=2\n');
      for (const [command, expected] of [
        [`curl http://a/ -d @${path}`, 'POST / content-type=application/x-www-form-urlencoded body=a=1&b=2'],
        [
          `curl http://a/ --data-binary @${path}`,
          'POST / content-type=application/x-www-form-urlencoded body=a=1\n&b=2\n',
        ],
        ['curl http://a/?x=1 -G -d y=2 -d z=3', 'GET /?x=1&y=2&z=3 content-type=undefined body='],
        ['curl a/b --json {}', 'POST /b content-type=application/json body={}'],
        [
          "curl http://a --data-urlencode 'n=a b*'",
          'POST / content-type=application/x-www-form-urlencoded body=n=a%20b%2A',
        ],
        ["curl http://a -d x -H 'Content-Type:'", 'POST / content-type=undefined body=x'],
        ["curl -sXDELETE http://a -H 'Content-Type;'", 'DELETE / content-type= body='],
        ['curl -I http://a/', 'HEAD / content-type=undefined body='],
      ] as const) {
        const { readCurlCommand } = await import('../src/capture/curl-command.ts');
        const { method, target, rawHeaders, body } = readCurlCommand(command).request;
        const at = rawHeaders.findIndex((text) => text.toLowerCase() === 'content-type');
        const type = at < 0 ? undefined : rawHeaders[at + 1];
        const seen = `${method} ${target} content-type=${type} body=${Buffer.from(body!).toString()}`;
        assert.equal(seen, expected, command);
      }
    });

    test('from an HTTP archive, with its response', async () => {
      const entry = (request: SignedRequest, answer?: string) => ({
        request: {
          method: request.method,
          url: `http://orders.example.com${request.target}`,
          httpVersion: 'HTTP/2',
          headers: [
            { name: ':authority', value: 'orders.example.com' },
            ...pairs(request).map(([name, value]) => ({ name, value })),
          ],
          postData: { mimeType: 'application/json', text: Buffer.from(request.body).toString() },
        },
        response: {
          headers: [{ name: 'Date', value: new Date(NOW).toUTCString() }],
          content:
            answer === undefined ? {} : { text: Buffer.from(answer).toString('base64'), encoding: 'base64' },
        },
      });
      const image = { request: { method: 'GET', url: 'http://orders.example.com/logo.png', headers: [] } };
      const refused = entry(
        signed,
        JSON.stringify({ Code: 'SignatureDoesNotMatch', Message: serverMessage(sign('elsewhere')) }),
      );
      const archive = JSON.stringify({ log: { version: '1.2', entries: [entry(signed), refused, image] } });
      const read = (...flags: string[]) =>
        runInProcess(['verify', '--har', ...flags], { environment, input: archive });
      const last = await read();
      assert.match(last.out, /note {3}Entry 2 of 3; choose another with --entry/);
      assert.match(last.out, /the server {4}host:elsewhere/);
      assert.match(last.out, /it is judged at 2026-11-24T08:00:00Z/, 'the time of the response is used');
      assert.equal((await read('--entry', '1')).status, 0);
      assert.match((await read('--entry', '3')).out, /It is not signed/);
      assert.equal(
        (await runInProcess(['verify', '--har'], { environment, input: JSON.stringify(entry(signed)) }))
          .status,
        0,
      );
    });
  });

  test('an unreadable capture exits with 2 and names the error', async () => {
    for (const [input, flags, named] of [
      ['', [], 'request line'],
      ['hello\n\n', [], 'request line'],
      ['GET / HTTP/1.1\nhost\n\n', [], 'line 2'],
      ['GET / HTTP/1.1\nContent-Length: many\n\n', [], 'Content-Length'],
      ['GET / HTTP/1.1\nTransfer-Encoding: chunked\n\n5\r\nab', [], 'chunk'],
      ['wget http://a/', ['--curl'], '`curl`'],
      ['curl', ['--curl'], 'no URL'],
      ["curl 'http://a", ['--curl'], 'unclosed'],
      ['curl "http://a', ['--curl'], 'unclosed'],
      ['curl http://a -F file=@x', ['--curl'], '`-F`'],
      ['curl http://a --aws-sigv4 x', ['--curl'], '`--aws-sigv4`'],
      ['{', ['--har'], 'invalid JSON'],
      ['{}', ['--har'], 'no request'],
      ['null', ['--har'], 'no request'],
      ['{"log":{"entries":[]}}', ['--har', '--entry', '2'], 'no request 2'],
      ['curl http://a/ -d @absent.txt', ['--curl'], 'absent.txt cannot be read: no such file or directory'],
      [wire, ['--har', '--curl'], '--har'],
      [wire, ['--entry', '1'], '--har'],
      [wire, ['--at', 'noon'], '2026-11-24T08:00:00Z'],
      [wire, ['--har', '--entry', '0'], '1 or more'],
    ] as const) {
      const { status, out, err } = await verify(input, ...flags);
      assert.deepEqual([status, out], [2, ''], `${input} ${flags}`);
      assert.ok(err.includes(named), `${named} in: ${err}`);
    }
    const { status, err } = await verify('', join(directory, 'absent.txt'));
    assert.equal(status, 2);
    assert.match(err, /absent.txt/);
  });

  test('on a terminal it prompts for the request', async () => {
    const { Readable } = await import('node:stream');
    const { run } = await import('../src/main.ts');
    const { CapturedOutput } = await import('./run-in-process.ts');
    const input = Object.assign(Readable.from([Buffer.from(wire)]), { isTTY: true });
    const err = new CapturedOutput(true);
    await run(['verify', ...AT], { out: new CapturedOutput(true), err, environment, input });
    assert.match(err.text, /Ctrl-D/);
  });
});

function sign(host = 'orders.example.com', body = '{"sku":"it\'s 中 $1 `x` \\\\ \\"q\\""}'): SignedRequest {
  return signRequest(
    {
      method: body === '' ? 'GET' : 'POST',
      target: '/orders?q=a%20b',
      headers: [['host', host], ...(body === '' ? [] : [['content-type', 'application/json'] as const])],
      body: Buffer.from(body),
    },
    { accessKeyId: ID, accessKeySecret: SECRET },
    { scheme: 'ACS3-HMAC-SHA256', now: NOW, nonce: 'n-1' },
  );
}

function pairs({ rawHeaders }: SignedRequest): [string, string][] {
  return rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1]!]] : [],
  );
}

function wireOf(request: SignedRequest): string {
  const lines = pairs(request).map(([name, value]) => `${name}: ${value}`);
  if (request.body.length > 0) lines.push(`Content-Length: ${request.body.length}`);
  const body = Buffer.from(request.body).toString();
  return `${request.method} ${request.target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Returns the message of a server for a request with an invalid signature. */
function serverMessage(request: SignedRequest): string {
  const headers = new Map(pairs(request));
  const list = /SignedHeaders=([^,]*)/.exec(headers.get('Authorization')!)![1]!;
  const fields = list.split(';').map((name) => `${name}:${headers.get(name)}\n`);
  const [path, query] = request.target.split('?');
  const text = `${request.method}\n${path}\n${query}\n${fields.join('')}\n${list}\n${headers.get('x-acs-content-sha256')}`;
  return `Specified signature is not matched with our calculation. server string to sign is:${text}`;
}
