/**
 * A request is checked as it will be forwarded. Each row says something that servers have been known to read
 * differently; it must mean the same to guard and service, or be refused.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SignedRequest } from '@claviger/signature';
import { IDENTITY_HEADERS } from '../src/gateway/identity-headers.ts';
import { type Call, type Key, sign } from './orders.ts';
import { onTheWire, Wire } from './raw-connection.ts';
import type { Recorded } from './recording-upstream.ts';
import { type RunningGateway, runningGateway } from './running-gateway.ts';

let running: RunningGateway;
let alice: Key;

before(async () => {
  running = await runningGateway();
  alice = running.keys.addUser('alice', [{ Effect: 'Allow', Action: 'orders:*', Resource: '*' }]);
});
after(() => running.close());

const signed = (call: Call): SignedRequest => sign(alice, call);
const json = ['content-type', 'application/json'] as const;

/** Sends bytes and hears so many answers, or the end; then shows what the service saw of them. */
async function send(bytes: string, count = 1): Promise<{ answers: string; seen: readonly Recorded[] }> {
  const from = running.upstream.requests.length;
  const wire = await Wire.open(running.url);
  wire.write(bytes);
  let answers = '';
  for (let heard = 0; heard < count; heard++) {
    try {
      const { head, body } = await wire.answer();
      answers += `${head}\r\n\r\n${body}`;
    } catch {
      break;
    }
  }
  // Whatever has slipped through has done so before this one.
  const sentinel = await Wire.open(running.url);
  sentinel.write(onTheWire(signed({ target: '/orders/sentinel' })));
  assert.equal((await sentinel.answer()).status, 200);
  sentinel.close();
  wire.close();
  const seen = running.upstream.requests.slice(from);
  assert.equal(seen.at(-1)?.target, '/orders/sentinel');
  return { answers, seen: seen.slice(0, -1) };
}

function statuses(answers: string): number[] {
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

interface Row {
  readonly name: string;
  readonly bytes: () => string;
}

interface RefusedRow extends Row {
  readonly status: number | readonly number[];
  readonly code?: string;
}

/** A request with a valid signature and unsigned extra lines. */
const withLines = (call: Call, ...lines: string[]) => onTheWire(signed(call), lines);
const get17 = { target: '/orders/17' };
const post = (body: string): Call => ({ method: 'POST', target: '/orders', headers: [json], body });
/** The same without framing of the body. */
const head = (call: Call, ...lines: string[]) => onTheWire({ ...signed(call), body: Buffer.alloc(0) }, lines);
const smuggled = 'GET /orders/smuggled HTTP/1.1\r\nHost: orders.example.com\r\n\r\n';

const refused: readonly RefusedRow[] = [
  // Header fields that stand twice.
  {
    name: 'two Host headers',
    bytes: () => withLines(get17, 'Host: other.example.com'),
    status: 400,
    code: 'InvalidHost',
  },
  {
    name: 'two Host headers that agree',
    bytes: () => withLines(get17, 'host: orders.example.com'),
    status: 400,
    code: 'InvalidHost',
  },
  {
    name: 'two Authorization headers',
    bytes: () => withLines(get17, 'Authorization: Basic YTpi'),
    status: 400,
  },
  {
    name: 'two Content-Type headers',
    bytes: () => withLines(post('{}'), 'Content-Type: text/plain'),
    status: 400,
  },
  {
    name: 'a signed header twice',
    bytes: () => withLines(get17, 'X-Acs-Date: 2026-11-24T12:00:00Z'),
    status: 400,
    code: 'IncompleteSignature',
  },
  {
    name: 'a header of a condition twice',
    bytes: () => withLines({ ...get17, headers: [['x-acs-tenant', 'a']] }, 'X-Acs-Tenant: b'),
    status: 400,
  },
  // Paths that servers resolve differently, each signed as it stands.
  ...[
    '/orders/../orders/17',
    '/orders/./17',
    '/orders/..',
    '/orders/%2e%2e/17',
    '/orders/%2E/17',
    '/orders/.%2e/17',
    '/orders/%252e%252e/17',
    '/orders/%2e%2e%2f17',
    '/orders/17%2Fitems%2F1',
    '/orders/17%252Fitems',
    '/orders/17%5Citems',
    '/orders//17',
    '//orders/17',
    '/orders/17;a=b',
    '/orders/..;/17',
    '/orders/17%3Ba',
    '/orders/%31%37',
    '/orders/17%00',
    '/orders/17%0d%0a',
    '/orders/%c0%ae%c0%ae/17',
    '/orders/%u002e',
    '/orders/%',
    '/orders/17%2',
  ].map((target) => ({
    name: `the path ${target}`,
    bytes: () => onTheWire(signed({ target })),
    status: 400,
  })),
  ...['/orders\\17', '/orders/17#/../18', '/orders/17|18'].map((target) => ({
    name: `the path ${target}`,
    bytes: () => onTheWire({ ...signed(get17), target }),
    status: 400,
  })),
  {
    name: 'a path of bytes that are no ASCII',
    bytes: () => onTheWire({ ...signed(get17), target: '/orders/\xc3\xa4' }),
    status: 400,
  },
  {
    name: 'another path than was signed',
    bytes: () => onTheWire({ ...signed(get17), target: '/orders/18' }),
    status: 400,
    code: 'SignatureDoesNotMatch',
  },
  {
    name: 'another letter case in the path',
    bytes: () => onTheWire(signed({ target: '/Orders/17' })),
    status: 404,
  },
  // Queries.
  {
    name: 'a query parameter twice',
    bytes: () =>
      onTheWire({ ...signed({ target: '/orders/17?channel=a' }), target: '/orders/17?channel=a&channel=b' }),
    status: 400,
    code: 'InvalidParameter.Duplicate',
  },
  {
    name: 'a query parameter twice, once encoded',
    bytes: () =>
      onTheWire({
        ...signed({ target: '/orders/17?channel=a' }),
        target: '/orders/17?channel=a&chann%65l=b',
      }),
    status: 400,
  },
  {
    name: 'a query parameter in two letter cases',
    bytes: () => onTheWire(signed({ target: '/orders/17?Channel=b&channel=a' })),
    status: 400,
    code: 'InvalidParameter.Query',
  },
  {
    name: 'a query parameter that PHP takes for another',
    bytes: () => onTheWire(signed({ target: '/orders/17?channel=a&channel%5B%5D=b' })),
    status: 400,
    code: 'InvalidParameter.Query',
  },
  // Forms of the target and of the first line.
  {
    name: 'an absolute target',
    bytes: () => onTheWire({ ...signed(get17), target: 'http://orders.example.com/orders/17' }),
    status: 400,
  },
  {
    name: 'an absolute target of another host',
    bytes: () => onTheWire({ ...signed(get17), target: 'http://other.example.com/orders/17' }),
    status: 400,
  },
  {
    name: 'the target *',
    bytes: () => onTheWire({ ...signed({ ...get17, method: 'OPTIONS' }), target: '*' }),
    status: 400,
  },
  {
    name: 'TRACE',
    bytes: () => onTheWire(signed({ ...get17, method: 'TRACE' })),
    status: 400,
    code: 'UnsupportedHTTPMethod',
  },
  {
    name: 'a method of lower case',
    bytes: () => onTheWire({ ...signed(get17), method: 'get' }),
    status: 400,
  },
  {
    name: 'an unknown method',
    bytes: () => onTheWire({ ...signed(get17), method: 'FETCH' }),
    status: 400,
  },
  { name: 'HTTP/0.9', bytes: () => 'GET /orders/17\r\n\r\n', status: 505 },
  { name: 'HTTP/2.0 in the first line', bytes: () => onTheWire(signed(get17), [], '2.0'), status: 505 },
  { name: 'HTTP/1.2', bytes: () => onTheWire(signed(get17), [], '1.2'), status: 400 },
  {
    name: 'HTTP/1.0 without a Host',
    bytes: () => 'GET /orders/17 HTTP/1.0\r\n\r\n',
    status: 400,
    code: 'InvalidHost',
  },
  {
    name: 'an empty Host',
    bytes: () => 'GET /orders/17 HTTP/1.1\r\nHost:\r\n\r\n',
    status: 400,
    code: 'InvalidHost',
  },
  ...['a b', 'a/b', 'a@b', 'a,b', 'http://a', 'a?b'].map((host) => ({
    name: `the Host \`${host}\``,
    bytes: () => `GET /orders/17 HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    status: 400,
    code: 'InvalidHost',
  })),
  // Where lines and fields end.
  { name: 'bare line feeds', bytes: () => onTheWire(signed(get17)).replaceAll('\r\n', '\n'), status: 400 },
  { name: 'one bare line feed between headers', bytes: () => withLines(get17, 'A: b\nC: d'), status: 400 },
  { name: 'a bare carriage return in a header', bytes: () => withLines(get17, 'A: b\rC: d'), status: 400 },
  { name: 'a folded header', bytes: () => withLines(get17, 'A: b\r\n c'), status: 400 },
  { name: 'a NUL in a value', bytes: () => withLines(get17, 'A: b\0c'), status: 400 },
  { name: 'a NUL in a name', bytes: () => withLines(get17, 'A\0B: c'), status: 400 },
  {
    name: 'a NUL in the target',
    bytes: () => onTheWire({ ...signed(get17), target: '/orders/17\0' }),
    status: 400,
  },
  { name: 'a blank before the colon', bytes: () => withLines(get17, 'A : b'), status: 400 },
  { name: 'a header without a name', bytes: () => withLines(get17, ': b'), status: 400 },
  { name: 'a header without a colon', bytes: () => withLines(get17, 'A'), status: 400 },
  // Names that servers take for others.
  { name: 'transfer_encoding', bytes: () => withLines(get17, 'Transfer_Encoding: chunked'), status: 400 },
  { name: 'content_length', bytes: () => withLines(get17, 'Content_Length: 5'), status: 400 },
  { name: 'x_acs_action', bytes: () => withLines(get17, 'X_Acs_Action: DeleteOrder'), status: 400 },
  {
    name: 'x_acs_tenant beside x-acs-tenant',
    bytes: () => withLines({ ...get17, headers: [['x-acs-tenant', 'a']] }, 'X_Acs_Tenant: b'),
    status: 400,
  },
  { name: 'x_forwarded_for', bytes: () => withLines(get17, 'X_Forwarded_For: 10.0.0.1'), status: 400 },
  ...[
    'X-HTTP-Method-Override: DELETE',
    'X-Method-Override: DELETE',
    'X-HTTP-Method: DELETE',
    'X-Original-URL: /orders/18',
    'X-Rewrite-URL: /orders/18',
  ].map((line) => ({
    name: line,
    bytes: () => withLines(get17, line),
    status: 400,
    code: 'InvalidParameter.Header',
  })),
  {
    name: 'a Connection that takes the tenant away',
    bytes: () => withLines({ ...get17, headers: [['x-acs-tenant', 'a']] }, 'Connection: close, x-acs-tenant'),
    status: 400,
  },
  {
    name: 'a Connection that names the framing',
    bytes: () => withLines(post('{}'), 'Connection: content-length'),
    status: 400,
  },
  { name: 'an unknown Expect', bytes: () => withLines(get17, 'Expect: 200-maybe'), status: 417 },
  // Huge things.
  { name: 'a header of 100 KiB', bytes: () => withLines(get17, `A: ${'b'.repeat(100_000)}`), status: 431 },
  {
    name: 'a target of 100 KiB',
    bytes: () => onTheWire({ ...signed(get17), target: `/orders/${'1'.repeat(100_000)}` }),
    status: 431,
  },
  {
    name: 'a thousand headers',
    bytes: () => withLines(get17, ...Array.from({ length: 1000 }, (_, at) => `A${at}: b`)),
    status: 431,
  },
  // Two ways to say how long the body is, or one that cannot be read.
  {
    name: 'Transfer-Encoding beside Content-Length',
    bytes: () => `${head(post('{}'), 'Content-Length: 7', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    name: 'Content-Length beside Transfer-Encoding',
    bytes: () => `${head(post('{}'), 'Transfer-Encoding: chunked', 'Content-Length: 2')}0\r\n\r\n${smuggled}`,
    status: 400,
  },
  ...[
    'xchunked',
    'chunked, identity',
    'identity',
    'identity, chunked',
    'gzip, chunked',
    'chunked, chunked',
    '"chunked"',
    'chunked;q=1',
    '\x0bchunked',
    'chun\tked',
    '',
  ].map((coding) => ({
    name: `Transfer-Encoding: ${JSON.stringify(coding)}`,
    bytes: () => `${head(post('{}'), `Transfer-Encoding: ${coding}`)}2\r\n{}\r\n0\r\n\r\n${smuggled}`,
    // Node hangs up over some of these, so fast that the refusal may not get out.
    status: [400, 0],
  })),
  {
    name: 'Transfer-Encoding with a blank before the colon',
    bytes: () => `${head(post('{}'), 'Transfer-Encoding : chunked')}2\r\n{}\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    name: 'Transfer-Encoding after a folded line',
    bytes: () => `${head(post('{}'), 'A: b\r\n Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    name: 'Transfer-Encoding twice',
    bytes: () =>
      `${head(post('{}'), 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    name: 'Transfer-Encoding with HTTP/1.0',
    bytes: () =>
      `${onTheWire({ ...signed(post('{}')), body: Buffer.alloc(0) }, ['Transfer-Encoding: chunked'], '1.0')}2\r\n{}\r\n0\r\n\r\n`,
    status: 400,
  },
  ...['+2', '-2', '0x2', '2,2', '2, 2', '2 2', ' ', '', '2.0', '99999999999999999999'].map((length) => ({
    name: `Content-Length: ${JSON.stringify(length)}`,
    bytes: () => `${head(post('{}'), `Content-Length: ${length}`)}{}`,
    status: 400,
  })),
  {
    name: 'Content-Length twice',
    bytes: () => `${head(post('{}'), 'Content-Length: 2', 'Content-Length: 2')}{}`,
    status: 400,
  },
  {
    name: 'a Content-Length beyond the limit',
    bytes: () => head(post('{}'), 'Content-Length: 99999999999'),
    status: 413,
    code: 'RequestTooLarge',
  },
  // Bodies that are not those that were signed.
  {
    name: 'another body',
    bytes: () => `${head(post('{}'), 'Content-Length: 2')}[]`,
    status: 400,
    code: 'ContentSHA256NotMatched',
  },
  {
    name: 'a body that was cut',
    bytes: () => `${head(post('{"a":1}'), 'Content-Length: 2')}{"`,
    status: 400,
    code: 'ContentSHA256NotMatched',
  },
  { name: 'a body where none was signed', bytes: () => `${head(get17, 'Content-Length: 2')}{}`, status: 400 },
  {
    name: 'no body where one was signed',
    bytes: () => head(post('{}'), 'Content-Length: 0'),
    status: 400,
    code: 'ContentSHA256NotMatched',
  },
  {
    name: 'another chunked body',
    bytes: () => `${head(post('{}'), 'Transfer-Encoding: chunked')}2\r\n[]\r\n0\r\n\r\n`,
    status: 400,
    code: 'ContentSHA256NotMatched',
  },
  ...[
    '0x2\r\n{}\r\n',
    '-2\r\n{}\r\n',
    '+2\r\n{}\r\n',
    '2 \r\n{}\r\n',
    '1\r\n{}\r\n',
    'FFFFFFFFFFFFFFFFF\r\n{}\r\n',
    '2\n{}\n',
    '2;a=b\n{}\r\n',
    '\r\n{}\r\n',
    'zz\r\n{}\r\n',
  ].map((chunk) => ({
    name: `the chunk ${JSON.stringify(chunk)}`,
    bytes: () => `${head(post('{}'), 'Transfer-Encoding: chunked')}${chunk}0\r\n\r\n`,
    // A fault in the middle of a body: whatever is said, or nothing, the service never hears the end.
    status: [400, 0],
  })),
];

describe('what could mean two things is refused, and the service never sees the whole of it', () => {
  for (const { name, bytes, status, code } of refused) {
    test(name, async () => {
      const { answers, seen } = await send(bytes());
      assert.deepEqual(
        seen.filter(({ isComplete }) => isComplete).map(({ method, target }) => `${method} ${target}`),
        [],
        'the service saw a request',
      );
      const [first = 0] = statuses(answers);
      const expected = typeof status === 'number' ? [status] : status;
      assert.ok(expected.includes(first), `${expected} expected, and: ${answers.slice(0, 600)}`);
      if (code !== undefined) assert.match(answers, new RegExp(`"Code":"${code.replace('.', '\\.')}"`));
    });
  }
});

interface SameRow extends Row {
  /** What the service must have seen, whole and once. */
  readonly seen: (request: Recorded) => void;
}

const headerNames = ({ rawHeaders }: Recorded) =>
  rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());

const same: readonly SameRow[] = [
  {
    name: 'a host in mixed case is one host',
    bytes: () => onTheWire(signed({ ...get17, headers: [['host', 'ORDERS.Example.COM']] })),
    seen: ({ headers }) => assert.equal(headers.get('host'), 'orders.example.com'),
  },
  {
    name: 'an encoded character is passed on as it stands',
    bytes: () => onTheWire(signed({ target: '/orders/a%20b%E4%BD%A0' })),
    seen: ({ target, headers }) => {
      assert.equal(target, '/orders/a%20b%E4%BD%A0');
      assert.match(headers.get('x-claviger-resource')!, /:order\/a%20b%E4%BD%A0$/);
    },
  },
  {
    name: 'a harmless header, twice',
    bytes: () => withLines(get17, 'X-Trace: a', 'X-Trace: b'),
    seen: (request) => assert.equal(headerNames(request).filter((name) => name === 'x-trace').length, 2),
  },
  {
    name: 'chunk extensions and sizes with leading zeros say nothing',
    bytes: () =>
      `${head(post('{}'), 'Transfer-Encoding: chunked')}001;a=b;c="d"\r\n{\r\n01;x\r\n}\r\n0;last\r\n\r\n`,
    seen: ({ body }) => assert.equal(body.toString(), '{}'),
  },
  {
    name: 'Transfer-Encoding in capitals',
    bytes: () => `${head(post('{}'), 'TRANSFER-ENCODING: Chunked')}2\r\n{}\r\n0\r\n\r\n`,
    seen: ({ body }) => assert.equal(body.toString(), '{}'),
  },
  {
    name: 'trailers are dropped',
    bytes: () =>
      `${head(post('{}'), 'Transfer-Encoding: chunked', 'Trailer: X-Late')}2\r\n{}\r\n0\r\nX-Late: 1\r\nX-Claviger-Account-Id: 1\r\n\r\n`,
    seen: (request) => {
      assert.equal(request.body.toString(), '{}');
      assert.ok(!headerNames(request).includes('trailer') && !headerNames(request).includes('x-late'));
    },
  },
  {
    name: 'a GET with a body is the last on its connection',
    bytes: () => onTheWire(signed({ target: '/orders', headers: [json], body: smuggled })),
    seen: ({ body, headers }) => {
      assert.equal(body.toString(), smuggled);
      assert.equal(headers.get('connection'), 'close');
    },
  },
  {
    name: 'hop-by-hop headers are of the one connection',
    bytes: () =>
      withLines(
        get17,
        'Connection: keep-alive, TE',
        'TE: trailers',
        'Keep-Alive: timeout=900',
        'Proxy-Connection: keep-alive',
        'Proxy-Authorization: Basic YTpi',
      ),
    seen: (request) => {
      for (const name of ['te', 'keep-alive', 'proxy-connection', 'proxy-authorization']) {
        assert.ok(!headerNames(request).includes(name), name);
      }
    },
  },
  {
    name: 'a wish for HTTP/2 is not passed on',
    bytes: () =>
      withLines(
        get17,
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
      ),
    seen: (request) => {
      for (const name of ['upgrade', 'http2-settings']) assert.ok(!headerNames(request).includes(name), name);
    },
  },
  {
    name: 'what strangers say of the client is not passed on',
    bytes: () =>
      withLines(
        get17,
        'X-Forwarded-For: 10.0.0.1',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: evil',
        'X-Forwarded-Port: 1',
        'X-Real-IP: 10.0.0.1',
        'Forwarded: for=10.0.0.1',
        'True-Client-IP: 10.0.0.1',
      ),
    seen: ({ headers }) => {
      assert.equal(headers.get('x-forwarded-for'), '127.0.0.1');
      assert.equal(headers.get('x-forwarded-proto'), 'http');
      assert.equal(headers.get('x-forwarded-host'), 'orders.example.com');
      for (const name of ['x-forwarded-port', 'x-real-ip', 'forwarded', 'true-client-ip']) {
        assert.equal(headers.get(name), undefined, name);
      }
    },
  },
  {
    name: 'an empty line before the request',
    bytes: () => `\r\n${onTheWire(signed(get17))}`,
    seen: ({ target }) => assert.equal(target, '/orders/17'),
  },
];

describe('what is passed on means to the service what it meant to the guard', () => {
  for (const { name, bytes, seen: check } of same) {
    test(name, async () => {
      const { answers, seen } = await send(bytes());
      assert.equal(statuses(answers)[0], 200, answers);
      assert.equal(seen.length, 1);
      assert.ok(seen[0]!.isComplete);
      check(seen[0]!);
    });
  }
});

describe('requests one after the other on a connection', () => {
  test('each is checked by itself, and answered in its turn', async () => {
    const { answers, seen } = await send(
      onTheWire(signed(get17)) + smuggled + onTheWire(signed({ target: '/orders/18' })),
      3,
    );
    assert.deepEqual(statuses(answers), [200, 400, 200]);
    assert.deepEqual(seen.map(({ target }) => target).toSorted(), ['/orders/17', '/orders/18']);
  });

  test('what follows a body is a request of its own', async () => {
    const { answers, seen } = await send(onTheWire(signed(post('{}'))) + smuggled, 2);
    assert.deepEqual(statuses(answers), [200, 400]);
    assert.equal(seen.length, 1);
    assert.equal(seen[0]!.body.toString(), '{}');
  });

  test('bytes that are no request end the connection', async () => {
    const { answers, seen } = await send(`${onTheWire(signed(post('{}')))}XYZ`, 2);
    assert.equal(statuses(answers)[0] ?? 200, 200);
    assert.ok(seen.length <= 1);
  });

  test('a signature is good for one request, though another one follows at once', async () => {
    const bytes = onTheWire(signed(get17));
    const { answers, seen } = await send(bytes + bytes, 2);
    assert.deepEqual(statuses(answers), [200, 400]);
    assert.match(answers, /SignatureNonceUsed/);
    assert.equal(seen.length, 1);
  });
});

describe('only the gateway says who a request is from', () => {
  const spellings = (name: string) => [
    name,
    name.toUpperCase(),
    name.replace(/(^|-)[a-z]/g, (initial) => initial.toUpperCase()),
    name.replaceAll('-', '_'),
    name.replaceAll('-', '_').toUpperCase(),
    name.replace('-', '_'),
    name.replaceAll('-', '.'),
    name.replace(/-(?=[^-]*$)/, '_'),
  ];
  const names = [...Object.values(IDENTITY_HEADERS), 'x-claviger-body', 'x-claviger-anything'];

  for (const name of names) {
    test(`${name}, in every spelling`, async () => {
      for (const spelling of spellings(name)) {
        const { answers, seen } = await send(withLines(get17, `${spelling}: spoofed`));
        if (seen.length === 0) {
          assert.equal(statuses(answers)[0], 400, `${spelling}: ${answers}`);
          continue;
        }
        const { rawHeaders } = seen[0]!;
        assert.ok(!rawHeaders.includes('spoofed'), spelling);
        const ours = rawHeaders.filter((each, at) => at % 2 === 0 && /^x.claviger/i.test(each));
        assert.deepEqual(ours.toSorted(), Object.values(IDENTITY_HEADERS).toSorted(), spelling);
      }
    });
  }

  test('signed or not', async () => {
    const { seen } = await send(onTheWire(signed({ ...get17, headers: [['x-claviger-account-id', '1']] })));
    assert.equal(seen.length, 1);
    assert.equal(seen[0]!.rawHeaders.filter((each) => each === 'x-claviger-account-id').length, 1);
    assert.notEqual(seen[0]!.headers.get('x-claviger-account-id'), '1');
  });
});
