import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainSignature } from '@claviger/signature';
import fc from 'fast-check';
import { type CapturedRequest, InvalidCapture } from './captured-request.ts';
import { readCurlCommand, shellWords, writeCurlCommand } from './curl-command.ts';
import { readHarEntry } from './har-entry.ts';
import { readHttpText } from './http-text.ts';

/** Pieces of captures, so that random combinations reach deep into the parsers. */
const PIECES = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'GET ',
        'POST ',
        '/',
        '?a=b',
        ' HTTP/1.1',
        '\r\n',
        '\n',
        '\r\n\r\n',
        'host: a',
        'x-acs-date: x',
      ),
      fc.constantFrom(
        'Content-Length: 3',
        'Transfer-Encoding: chunked',
        '3\r\nabc\r\n0\r\n\r\n',
        '> ',
        '{"a":1}',
      ),
      fc.constantFrom(
        'curl ',
        "'",
        '"',
        "$'",
        '\\',
        ' -X',
        ' -d',
        ' -H ',
        '@x',
        'http://a/',
        '--data-urlencode ',
        ' -G',
      ),
      fc.constantFrom(
        'Authorization: ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=b',
        'acs a:b',
        '中',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 12 },
  )
  .map((each) => each.join(''));

describe('a capture', () => {
  for (const [kind, read] of [
    ['as it stood on the wire', (text: string) => readHttpText(Buffer.from(text))],
    ['of a curl command', (text: string) => readCurlCommand(`curl ${text}`, () => Buffer.from('file'))],
    ['of an HTTP archive', (text: string) => readHarEntry(text)],
  ] as const) {
    test(`${kind} is read and explained, or refused`, () => {
      fc.assert(
        fc.property(PIECES, (text) => readsOrRefuses(() => read(text))),
        { numRuns: 2000 },
      );
    });
  }

  test('of any JSON as an HTTP archive is read or refused', () => {
    const entry = fc.record(
      {
        request: fc.record(
          {
            method: fc.oneof(fc.constant('GET'), fc.jsonValue()),
            url: fc.oneof(fc.webUrl(), fc.jsonValue()),
            headers: fc.oneof(fc.array(fc.record({ name: fc.string(), value: fc.string() })), fc.jsonValue()),
            postData: fc.oneof(fc.record({ text: fc.string() }), fc.jsonValue()),
          },
          { requiredKeys: [] },
        ),
        response: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const archive = fc.oneof(
      fc.jsonValue(),
      fc.record({ log: fc.record({ entries: fc.array(entry) }) }),
      entry,
    );
    fc.assert(
      fc.property(archive, (value) => readsOrRefuses(() => readHarEntry(JSON.stringify(value)))),
      { numRuns: 1000 },
    );
  });
});

describe('a curl command', () => {
  test('that was formatted is read as the same request', () => {
    const text = fc.string({ unit: 'grapheme' }).map((each) => each.toWellFormed().replaceAll('\0', ''));
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
        fc.webUrl({ withQueryParameters: true }),
        text.filter((body) => body !== ''),
        (method, address, body) => {
          const url = new URL(address);
          const headers = [
            ['accept', 'application/json'],
            ['content-type', 'text/plain'],
            ['x-acs-empty', ''],
          ] as const;
          const { request } = readCurlCommand(writeCurlCommand(method, url, headers, { text: body }));
          assert.equal(request.method, method);
          assert.equal(request.target, url.pathname + url.search);
          assert.deepEqual(request.rawHeaders, ['host', url.host, ...headers.flat()]);
          assert.equal(Buffer.from(request.body!).toString(), body);
        },
      ),
    );
  });

  test('is split as a shell does', () => {
    for (const [command, words] of [
      ['a  b\tc\nd', ['a', 'b', 'c', 'd']],
      ['\'a b\' "c d" e\\ f', ['a b', 'c d', 'e f']],
      ["'it'\\''s' \"\"", ["it's", '']],
      ['"\\$a \\"b\\" \\n"', ['$a "b" \\n']],
      ["$'a\\n\\'\\u4e2d\\x41'", ["a\n'中A"]],
      ['a \\\n b \\\r\n c', ['a', 'b', 'c']],
      ['a\'b\'"c"d', ['abcd']],
    ] as const) {
      assert.deepEqual(shellWords(command), words, command);
    }
  });
});

function readsOrRefuses(read: () => CapturedRequest): void {
  let captured: CapturedRequest;
  try {
    captured = read();
  } catch (error) {
    assert.ok(error instanceof InvalidCapture, String((error as Error).stack));
    return;
  }
  const credentials = { accessKeyId: 'a', accessKeySecret: 'b' };
  const { serverMessage } = captured;
  const explained = explainSignature(captured.request, {
    now: 0,
    credentials,
    ...(serverMessage === undefined ? {} : { serverMessage }),
  });
  assert.equal(explained.holds, false);
}
