import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readRequestPath } from './request-path.ts';

/** The decoded segments, or why the path is refused. */
function read(target: string): readonly string[] | string {
  const path = readRequestPath(target);
  return path.ok ? path.segments : path.reason;
}

describe('a path that every server reads alike', () => {
  const accepted: [string, readonly string[]][] = [
    ['/', []],
    ['/?a=b', []],
    ['/orders', ['orders']],
    ['/orders/', ['orders', '']],
    ['/orders/17', ['orders', '17']],
    ['/orders/17?next=/../x', ['orders', '17']],
    ['/orders/17/?a', ['orders', '17', '']],
    ["/a-b._~!$&'()*,=:@", ["a-b._~!$&'()*,=:@"]],
    ['/...', ['...']],
    ['/.hidden', ['.hidden']],
    ['/a%20b', ['a b']],
    ['/%E8%AE%A2%E5%8D%95', ['订单']],
    ['/%e8%ae%a2', ['订']],
    ['/a%2Ab%3Fc%3Ad%23e%40f%2B', ['a*b?c:d#e@f+']],
  ];
  for (const [target, segments] of accepted) {
    test(`is taken apart: ${target}`, () => assert.deepEqual(read(target), segments));
  }
});

describe('a path that two servers could read differently is refused:', () => {
  const refused: [string, string][] = [
    ['an absolute target', 'http://orders.example.com/orders'],
    ['a target of CONNECT', 'orders.example.com:443'],
    ['a target of OPTIONS', '*'],
    ['no target', ''],
    ['a relative path', 'orders/17'],
    ['two slashes at the beginning', '//orders.example.com/orders/17'],
    ['two slashes within', '/orders//17'],
    ['two slashes at the end', '/orders//'],
    ['a dot', '/./orders'],
    ['a dot at the end', '/orders/.'],
    ['two dots', '/orders/../invoices'],
    ['two dots at the end', '/orders/17/..'],
    ['two dots before a query', '/orders/..?a=b'],
    ['encoded dots', '/orders/%2e%2e/invoices'],
    ['encoded dots in upper case', '/orders/%2E%2E/invoices'],
    ['one of two dots encoded', '/orders/.%2e/invoices'],
    ['dots encoded twice', '/orders/%252e%252e/invoices'],
    ['an encoded slash', '/orders/1%2fitems'],
    ['an encoded slash in upper case', '/orders/1%2Fitems'],
    ['a slash encoded twice', '/orders/1%252Fitems'],
    ['an encoded percent sign', '/orders/100%25'],
    ['a backslash', '/orders\\17'],
    ['an encoded backslash', '/orders%5C17'],
    ['dots and a backslash', '/orders/..\\invoices'],
    ['a parameter of a segment', '/orders;v=1/17'],
    ['dots with a parameter', '/orders/..;/invoices'],
    ['an encoded semicolon', '/orders/17%3Bv=1'],
    ['a fragment', '/orders/17#a'],
    ['a plus sign', '/orders/a+b'],
    ['a space', '/orders/a b'],
    ['a tab', '/orders/a\tb'],
    ['a null byte', '/orders/17\0'],
    ['an encoded null byte', '/orders/17%00.json'],
    ['an encoded line feed', '/orders/17%0a'],
    ['an encoded delete', '/orders/17%7f'],
    ['an encoded control character of Latin-1', '/orders/17%C2%85'],
    ['bytes that are no UTF-8', '/orders/%ff'],
    ['UTF-8 that is longer than it has to be', '/orders/%c0%af'],
    ['half a surrogate pair', '/orders/%ed%a0%80'],
    ['UTF-8 that is cut short', '/orders/%e8%ae'],
    ['a percent sign alone', '/orders/%'],
    ['one hexadecimal digit', '/orders/%2'],
    ['no hexadecimal digits', '/orders/%zz'],
    ['the encoding of IIS', '/orders/%u002e'],
    ['an encoded letter', '/%6frders/17'],
    ['an encoded digit', '/orders/%317'],
    ['an encoded tilde', '/orders/%7Eann'],
    ['unencoded characters beyond ASCII', '/订单'],
    ['a byte beyond ASCII', '/orders/\xe8'],
    ['an angle bracket', '/orders/<17>'],
    ['braces', '/orders/{17}'],
    ['a bar', '/orders/a|b'],
    ['a quotation mark', '/orders/"17"'],
    ['a caret', '/orders/^'],
    ['a backquote', '/orders/`'],
    ['square brackets', '/orders/[1]'],
  ];
  for (const [name, target] of refused) {
    test(name, () => {
      const reason = read(target);
      assert.equal(typeof reason, 'string', JSON.stringify(reason));
    });
  }

  test('anything else that the URL of a browser would change', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '.',
        '..',
        '%2e',
        '%2f',
        '%',
        '\\',
        ';',
        '//',
        '/./',
        '%25',
        '?',
        '#',
        '%5c',
        ':',
        '@',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const target = `/${pieces.join('')}`;
        const path = readRequestPath(target);
        if (!path.ok) return;
        const question = target.indexOf('?');
        const raw = question < 0 ? target : target.slice(0, question);
        // What is accepted goes through the most eager of all normalisers as it is.
        assert.equal(new URL(raw, 'http://a').pathname, raw);
        assert.equal(`/${path.segments.join('/')}`, decodeURIComponent(raw));
      }),
      { numRuns: 3000 },
    );
  });
});
