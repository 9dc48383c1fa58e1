import { createHash, createHmac } from 'node:crypto';
import {
  accepted,
  type Draft,
  KEY,
  NOW_TEXT,
  refused,
  TEMPORARY_KEY,
  type Unnumbered,
} from './vector-writing.ts';

interface Signing {
  readonly draft: Draft;
  /** The canonical query, written out: the kit computes nothing that the implementation under test computes. */
  readonly query?: string;
  readonly path?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly names?: readonly string[];
  readonly key?: typeof KEY | typeof TEMPORARY_KEY;
}

const NONCE = '27713c23c00ddb85f238371d5e15c57be3e039a4fe14698721775d4175b51f42';
const JSON_TYPE = ['content-type', 'application/json; charset=utf-8'] as const;
const FORM_TYPE = ['content-type', 'application/x-www-form-urlencoded'] as const;
const TEMPORARY_HEADERS = [
  ['x-acs-accesskey-id', TEMPORARY_KEY.accessKeyId],
  ['x-acs-security-token', TEMPORARY_KEY.securityToken],
] as const;

/** The vectors for ACS3-HMAC-SHA256. */
export function acs3Vectors(): Unnumbered[] {
  return [
    ...acceptedVectors(),
    ...headerVectors(),
    ...alteredVectors(),
    ...malformedVectors(),
    ...timeVectors(),
  ];
}

function acceptedVectors(): Unnumbered[] {
  const ok = (name: string, signing: Partial<Signing> & { readonly target?: string }) => {
    const { target, ...rest } = signing;
    return accept(name, { draft: base(target === undefined ? {} : { target }), ...rest });
  };
  return [
    ok('no parameters', {}),
    ...['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'].map((method) =>
      accept(`method ${method}`, { draft: base({ method }) }),
    ),
    ok('one parameter', {
      target: '/?UserName=alice',
      query: 'UserName=alice',
      parameters: { UserName: 'alice' },
    }),
    ok('parameters out of order are sorted', {
      target: '/?b=2&a=1',
      query: 'a=1&b=2',
      parameters: { a: '1', b: '2' },
    }),
    ok('upper case sorts before lower case', {
      target: '/?b=2&a=1&B=3',
      query: 'B=3&a=1&b=2',
      parameters: { B: '3', a: '1', b: '2' },
    }),
    ok('a dot sorts before a digit, a name before its continuation', {
      target: '/?Tag.10.Key=x&Tag.1.Key=y&Tag.1=z',
      query: 'Tag.1=z&Tag.1.Key=y&Tag.10.Key=x',
      parameters: { 'Tag.1': 'z', 'Tag.1.Key': 'y', 'Tag.10.Key': 'x' },
    }),
    ok('names sort by UTF-8 bytes, not by UTF-16 units', {
      target: '/?%F0%9F%94%91=1&%EF%BD%9E=2',
      query: '%EF%BD%9E=2&%F0%9F%94%91=1',
      parameters: { '～': '2', '🔑': '1' },
    }),
    ok('a parameter without an equals sign is signed with one', {
      target: '/?Flag',
      query: 'Flag=',
      parameters: { Flag: '' },
    }),
    ok('an empty value', { target: '/?Flag=', query: 'Flag=', parameters: { Flag: '' } }),
    ok('an equals sign in a value', { target: '/?a=b=c', query: 'a=b%3Dc', parameters: { a: 'b=c' } }),
    ok('nothing between two ampersands', {
      target: '/?a=1&&b=2&',
      query: 'a=1&b=2',
      parameters: { a: '1', b: '2' },
    }),
    ok('a question mark and no query', { target: '/?' }),
    ok('a plus is a space', { target: '/?a=x+y', query: 'a=x%20y', parameters: { a: 'x y' } }),
    ok('%20 is a space', { target: '/?a=x%20y', query: 'a=x%20y', parameters: { a: 'x y' } }),
    ok('%2B is a plus', { target: '/?a=x%2By', query: 'a=x%2By', parameters: { a: 'x+y' } }),
    ok('an escape in lower case', { target: '/?a=x%2fy', query: 'a=x%2Fy', parameters: { a: 'x/y' } }),
    ok('a letter escaped without need', { target: '/?a=%41', query: 'a=A', parameters: { a: 'A' } }),
    ok('a value that is itself an escape', {
      target: '/?a=%2541',
      query: 'a=%2541',
      parameters: { a: '%41' },
    }),
    ok('what encodeURIComponent leaves', {
      target: "/?a=!'()*",
      query: 'a=%21%27%28%29%2A',
      parameters: { a: "!'()*" },
    }),
    ok('what is never escaped', { target: '/?a=-_.~', query: 'a=-_.~', parameters: { a: '-_.~' } }),
    ok('a tilde escaped on the wire', { target: '/?a=%7E', query: 'a=~', parameters: { a: '~' } }),
    ok('Chinese', {
      target: '/?a=%E4%B8%AD%E6%96%87',
      query: 'a=%E4%B8%AD%E6%96%87',
      parameters: { a: '中文' },
    }),
    ok('beyond the basic plane', {
      target: '/?a=%F0%9F%94%91',
      query: 'a=%F0%9F%94%91',
      parameters: { a: '🔑' },
    }),
    ok('a line feed in a value', { target: '/?a=x%0Ay', query: 'a=x%0Ay', parameters: { a: 'x\ny' } }),
    ok('JSON in a value', {
      target: '/?a=%5B%22sms%22%5D',
      query: 'a=%5B%22sms%22%5D',
      parameters: { a: '["sms"]' },
    }),
    ok('a name with a space', { target: '/?a%20b=1', query: 'a%20b=1', parameters: { 'a b': '1' } }),
    ok('an ampersand and an equals sign in a name', {
      target: '/?a%3D1%26b=2',
      query: 'a%3D1%26b=2',
      parameters: { 'a=1&b': '2' },
    }),
    ok('a path', { target: '/clusters/c1', path: '/clusters/c1' }),
    ok('a star in the path', { target: '/a*b', path: '/a%2Ab' }),
    ok('an escaped tilde in the path', { target: '/a%7Eb', path: '/a~b' }),
    ok('an escaped space in the path', { target: '/a%20b', path: '/a%20b' }),
    accept('a JSON body', { draft: base({ body: '{"a":"中"}', headers: [JSON_TYPE] }) }),
    accept('a body of bytes', {
      draft: base({
        body: Buffer.from([0, 255, 13, 10]),
        headers: [['content-type', 'application/octet-stream']],
      }),
    }),
    accept('a body without a content type', { draft: base({ body: 'x' }) }),
    accept('a form, whose parameters count', {
      draft: base({ body: 'b=2&c=x+y', target: '/?a=1', headers: [FORM_TYPE] }),
      query: 'a=1',
      parameters: { a: '1', b: '2', c: 'x y' },
    }),
    accept('a content type without a body need not be signed', { draft: base({}, [FORM_TYPE]) }),
    accept('a temporary key', { draft: base({ headers: TEMPORARY_HEADERS }), key: TEMPORARY_KEY }),
    accept('another x-acs header that is signed', {
      draft: base({ headers: [['x-acs-credentials-provider', 'static_ak']] }),
    }),
    accept('another x-acs header that is not signed', { draft: base({}, [['x-acs-retry-attempts', '1']]) }),
    accept('a header value with blanks inside', { draft: base({ headers: [['x-acs-note', 'a  b']] }) }),
    accept('a header value of UTF-8 bytes', {
      draft: base({ headers: [['x-acs-note', Buffer.from('中').toString('latin1')]] }),
    }),
    accept('an empty signed header', { draft: base({ headers: [['x-acs-note', '']] }) }),
    accept('a nonce of 128 characters', { draft: base({ nonce: 'n'.repeat(128) }) }),
    edited('header names in capitals', (draft) => ({
      ...draft,
      headers: draft.headers.map(([n, v]) => [n.toUpperCase(), v] as const),
    })),
    edited('headers in another order', (draft) => ({ ...draft, headers: draft.headers.toReversed() })),
    edited('blanks around a header value', (draft) => ({
      ...draft,
      headers: draft.headers.map(([n, v]) => (n === 'host' ? ([n, ` ${v}\t`] as const) : ([n, v] as const))),
    })),
    edited('blanks after the commas of Authorization', (draft) =>
      editAuthorization(draft, (value) => value.replaceAll(',', ', ')),
    ),
    edited('an unsigned header twice', (draft) => ({
      ...draft,
      headers: [...draft.headers, ['accept', 'a'], ['accept', 'b']],
    })),
  ];
}

/** Failure 9, and its like: for every header that matters, what must not be done to it. */
function headerVectors(): Unnumbered[] {
  const draft = base({ body: '{"a":1}', headers: [...TEMPORARY_HEADERS, JSON_TYPE] });
  const full = sign({ draft, key: TEMPORARY_KEY });
  const names = [
    'content-type',
    'host',
    'x-acs-accesskey-id',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-security-token',
    'x-acs-signature-nonce',
    'x-acs-version',
  ];
  return names.flatMap((name) => {
    const value = full.headers.find(([each]) => each === name)![1];
    const signing = { draft, key: TEMPORARY_KEY, names: names.filter((each) => each !== name) };
    const code = (header: string) => {
      if (header === 'x-acs-content-sha256') return 'IncompleteSignature';
      if (header === 'x-acs-date') return 'InvalidTimeStamp.Format';
      return header === 'x-acs-accesskey-id' ? 'IncompleteSignature' : 'SignatureDoesNotMatch';
    };
    return [
      refused(
        `${name} present and not signed`,
        sign(signing),
        TEMPORARY_KEY,
        'IncompleteSignature',
        `the signature holds and does not cover ${name}`,
      ),
      refused(
        `${name} signed and absent`,
        { ...full, headers: full.headers.filter(([each]) => each !== name) },
        TEMPORARY_KEY,
        'IncompleteSignature',
        `${name} is named as signed and is not there`,
      ),
      refused(
        `${name} twice`,
        { ...full, headers: [...full.headers, [name, value]] },
        TEMPORARY_KEY,
        'IncompleteSignature',
        `two parties could each believe another ${name}`,
      ),
      refused(
        `${name} with a character more`,
        { ...full, headers: full.headers.map(([n, v]) => [n, n === name ? `${v}x` : v] as const) },
        TEMPORARY_KEY,
        code(name),
        `${name} is not what was signed`,
      ),
    ];
  });
}

function alteredVectors(): Unnumbered[] {
  const full = sign({
    draft: base({ target: '/?Name=a%20b&UserName=alice' }),
    query: 'Name=a%20b&UserName=alice',
  });
  const target = (name: string, to: string, why: string) =>
    refused(name, { ...full, target: to }, KEY, 'SignatureDoesNotMatch', why);
  const body = sign({ draft: base({ body: '{"a":1}', headers: [JSON_TYPE] }) });
  const withBody = (name: string, to: string | Buffer) =>
    refused(
      name,
      { ...body, body: Buffer.from(to) },
      KEY,
      'ContentSHA256NotMatched',
      'the body is not the one whose digest is signed',
    );
  const path = sign({ draft: base({ target: '/a%20b' }), path: '/a%20b' });
  return [
    ...['GET', 'PUT', 'HEAD'].map((method) =>
      refused(
        `method ${method} for POST`,
        { ...full, method },
        KEY,
        'SignatureDoesNotMatch',
        'another method was signed',
      ),
    ),
    refused(
      'a method in lower case',
      { ...full, method: 'post' },
      KEY,
      'UnsupportedHTTPMethod',
      'methods are case-sensitive and this is none',
    ),
    target('one bit of a value', '/?Name=a%20b&UserName=alicd', 'another value was signed'),
    target('another case of a value', '/?Name=a%20b&UserName=Alice', 'values are case-sensitive'),
    target('another case of a name', '/?Name=a%20b&Username=alice', 'names are case-sensitive'),
    target('encoded twice', '/?Name=a%2520b&UserName=alice', 'the value is another one'),
    target('a plus that is literal', '/?Name=a%2Bb&UserName=alice', 'a literal plus is no space'),
    target('a parameter more', '/?Name=a%20b&UserName=alice&x=1', 'it was not signed'),
    target('an empty parameter more', '/?Name=a%20b&UserName=alice&x', 'it was not signed'),
    target('a parameter less', '/?Name=a%20b', 'it was signed'),
    target('no parameters', '/', 'they were signed'),
    target(
      'two parameters made one',
      '/?Name=a%20b%26UserName%3Dalice',
      'an escaped ampersand is part of the value',
    ),
    target(
      'a name that swallows the next',
      '/?Name%3Da%20b%26UserName=alice',
      'an escaped equals sign is part of the name',
    ),
    target(
      'a value that is longer by a line feed',
      '/?Name=a%20b&UserName=alice%0A',
      'a line feed is part of the value',
    ),
    target('two values exchanged', '/?Name=alice&UserName=a%20b', 'each value belongs to its name'),
    target('another path', '/a?Name=a%20b&UserName=alice', 'the path was signed'),
    target('two slashes', '//?Name=a%20b&UserName=alice', 'the path was signed as it stands'),
    refused(
      'a plus in the path for an escaped space',
      { ...path, target: '/a+b' },
      KEY,
      'IncompleteSignature',
      'both have one canonical form, and are two paths',
    ),
    refused(
      'a slash of the path escaped',
      { ...path, target: '/%2Fa%20b' },
      KEY,
      'SignatureDoesNotMatch',
      'another path was signed',
    ),
    refused(
      'an escape of the path in lower case',
      { ...sign({ draft: base({ target: '/%2F' }), path: '/%2F' }), target: '/%2f' },
      KEY,
      'SignatureDoesNotMatch',
      'a path is signed as it is written',
    ),
    withBody('one bit of the body', '{"a":0}'),
    withBody('a byte more in the body', '{"a":1} '),
    withBody('a byte less in the body', '{"a":1'),
    withBody('no body', ''),
    refused(
      'a body where none was signed',
      { ...full, body: Buffer.from('x') },
      KEY,
      'ContentSHA256NotMatched',
      'the signed digest is that of nothing',
    ),
    refused(
      'the digest of the altered body, in upper case',
      editHeader(body, 'x-acs-content-sha256', (v) => v.toUpperCase()),
      KEY,
      'IncompleteSignature',
      'digests are in lower case',
    ),
    refused(
      'the words that another cloud writes for a body without digest',
      editHeader(body, 'x-acs-content-sha256', () => 'UNSIGNED-PAYLOAD'),
      KEY,
      'IncompleteSignature',
      'there is no such way here',
    ),
    ...[
      'one bit of the signature',
      'a signature in upper case',
      'a signature without its last character',
      'a signature with a character more',
      'an empty signature',
    ].map((name, at) =>
      refused(
        name,
        editAuthorization(full, (value) =>
          value.replace(
            /[0-9a-f]{64}$/,
            (s) =>
              [
                `${s.slice(0, -1)}${s.endsWith('0') ? '1' : '0'}`,
                s.toUpperCase(),
                s.slice(0, -1),
                `${s}0`,
                '',
              ][at]!,
          ),
        ),
        KEY,
        'SignatureDoesNotMatch',
        'a signature is 64 digits in lower case, and these',
      ),
    ),
    refused(
      'signed with another secret',
      full,
      { ...KEY, accessKeySecret: 'ExampleSecret0000000000000009' },
      'SignatureDoesNotMatch',
      'the secret is another one',
    ),
    refused(
      'signed with the secret and an ampersand, as in RPC 1.0',
      full,
      { ...KEY, accessKeySecret: `${KEY.accessKeySecret}&` },
      'SignatureDoesNotMatch',
      'ACS3 takes the secret as it is',
    ),
  ];
}

function malformedVectors(): Unnumbered[] {
  const full = sign({ draft: base({ target: '/?a=1' }), query: 'a=1' });
  const authorization = (name: string, edit: (value: string) => string, code: string, why: string) =>
    refused(name, editAuthorization(full, edit), KEY, code, why);
  const target = (name: string, to: string, code: string, why: string) =>
    refused(name, { ...full, target: to }, KEY, code, why);
  const form = sign({ draft: base({ target: '/?a=1', body: 'b=2', headers: [FORM_TYPE] }), query: 'a=1' });
  return [
    target(
      'a parameter twice',
      '/?a=1&a=1',
      'InvalidParameter.Duplicate',
      'which of the two counts is a matter of luck',
    ),
    target(
      'a parameter twice, once escaped',
      '/?a=1&%61=2',
      'InvalidParameter.Duplicate',
      'names are compared decoded',
    ),
    refused(
      'a parameter in query and form',
      { ...form, target: '/?b=1' },
      KEY,
      'InvalidParameter.Duplicate',
      'which of the two counts is a matter of luck',
    ),
    target('half an escape', '/?a=%4', 'InvalidParameter.Format', 'an escape has two digits'),
    target(
      'an escape that is none',
      '/?a=%zz',
      'InvalidParameter.Format',
      'an escape has hexadecimal digits',
    ),
    target('an overlong form', '/?a=%C0%AF', 'InvalidParameter.Format', 'it is not UTF-8'),
    target('a surrogate', '/?a=%ED%A0%80', 'InvalidParameter.Format', 'it is not UTF-8'),
    target('half a character', '/?a=%E4%B8', 'InvalidParameter.Format', 'it is not UTF-8'),
    target('a parameter without a name', '/?a=1&=2', 'InvalidParameter.Format', 'a parameter has a name'),
    target('a fragment', '/?a=1#b', 'InvalidParameter.Format', 'a request target has no fragment'),
    target(
      'a target with a host',
      'http://127.0.0.1:18080/?a=1',
      'InvalidParameter.Format',
      'a request target begins with a slash',
    ),
    refused(
      'a form that is not UTF-8',
      { ...form, body: Buffer.from([0x62, 0x3d, 0xff]) },
      KEY,
      'InvalidParameter.Format',
      'it is not UTF-8',
    ),
    authorization(
      'an algorithm that does not exist',
      (v) => v.replace('SHA256', 'SHA1'),
      'InvalidSignatureMethod',
      'there is no ACS3-HMAC-SHA1',
    ),
    authorization(
      'another algorithm',
      (v) => v.replace('SHA256', 'SM3'),
      'SignatureDoesNotMatch',
      'it was signed with SHA-256',
    ),
    authorization(
      'an algorithm in lower case',
      (v) => v.toLowerCase(),
      'InvalidSignatureMethod',
      'names of algorithms are case-sensitive',
    ),
    authorization(
      'Basic authentication',
      () => 'Basic dGVzdDp0ZXN0',
      'InvalidSignatureMethod',
      'it must not pass for an anonymous request',
    ),
    authorization(
      'an empty Authorization',
      () => '',
      'InvalidSignatureMethod',
      'it must not pass for an anonymous request',
    ),
    authorization(
      'no credential',
      (v) => v.replace(/Credential=[^,]+,/, ''),
      'IncompleteSignature',
      'no key is named',
    ),
    authorization(
      'an empty credential',
      (v) => v.replace(/Credential=[^,]+/, 'Credential='),
      'MissingAccessKeyId',
      'no key is named',
    ),
    authorization(
      'no list of signed headers',
      (v) => v.replace(/SignedHeaders=[^,]+,/, ''),
      'IncompleteSignature',
      'it is not said what is signed',
    ),
    authorization(
      'an empty list of signed headers',
      (v) => v.replace(/SignedHeaders=[^,]+/, 'SignedHeaders='),
      'IncompleteSignature',
      'nothing is signed',
    ),
    authorization(
      'no signature',
      (v) => v.replace(/,Signature=.*/, ''),
      'IncompleteSignature',
      'there is none',
    ),
    authorization(
      'parts in another order',
      (v) => v.replace(/(Credential=[^,]+),(SignedHeaders=[^,]+)/, '$2,$1'),
      'IncompleteSignature',
      'there is one order',
    ),
    authorization(
      'a list in another order',
      (v) => v.replace('host;x-acs-action', 'x-acs-action;host'),
      'IncompleteSignature',
      'there is one order',
    ),
    authorization(
      'a header named twice',
      (v) => v.replace('host;', 'host;host;'),
      'IncompleteSignature',
      'each is named once',
    ),
    authorization(
      'a header named with a capital',
      (v) => v.replace('=host', '=Host'),
      'IncompleteSignature',
      'names are in lower case',
    ),
    authorization(
      'a header named that is absent',
      (v) => v.replace(',Signature', ';x-acs-zzz,Signature'),
      'IncompleteSignature',
      'an absent header signs nothing',
    ),
    refused(
      'Authorization twice',
      { ...full, headers: [...full.headers, full.headers.at(-1)!] },
      KEY,
      'IncompleteSignature',
      'two parties could each believe another one',
    ),
    refused(
      'another key in x-acs-accesskey-id',
      sign({ draft: base({ headers: [['x-acs-accesskey-id', 'another']] }) }),
      KEY,
      'IncompleteSignature',
      'the request names two keys',
    ),
    refused(
      'a nonce of 129 characters',
      sign({ draft: base({ nonce: 'n'.repeat(129) }) }),
      KEY,
      'InvalidSignatureNonce',
      'nonces have to be remembered, so their length is bounded',
    ),
    refused(
      'an empty nonce',
      sign({ draft: base({ nonce: '' }) }),
      KEY,
      'MissingSignatureNonce',
      'the request could be sent again',
    ),
  ];
}

function timeVectors(): Unnumbered[] {
  const full = sign({ draft: base({}) });
  const parameters = {};
  const at = (now: string) => ({
    ...accepted(`exactly 15 minutes: ${now}`, full, KEY, NONCE, parameters),
    now,
  });
  const beyond = (now: string) => ({
    ...refused(
      `more than 15 minutes: ${now}`,
      full,
      KEY,
      'InvalidTimeStamp.Expired',
      'the window is 15 minutes to either side',
    ),
    now,
  });
  const dated = (date: string) =>
    refused(
      `date ${date}`,
      sign({ draft: base({ date }) }),
      KEY,
      'InvalidTimeStamp.Format',
      'there is one form, YYYY-MM-DDThh:mm:ssZ, and it names a moment of the calendar',
    );
  return [
    at('2026-11-24T02:25:19Z'),
    at('2026-11-24T01:55:19Z'),
    beyond('2026-11-24T02:25:20Z'),
    beyond('2026-11-24T01:55:18Z'),
    beyond('2027-11-24T02:10:19Z'),
    ...[
      '2026-11-24T02:10:19',
      '2026-11-24T02:10:19.000Z',
      '2026-11-24T02:10:19+00:00',
      '2026-11-24 02:10:19Z',
      '2026-11-24T02:10Z',
      '20261124T021019Z',
      '2026-02-29T02:10:19Z',
      '2026-11-31T02:10:19Z',
      '2026-11-24T24:00:00Z',
      '2026-11-24T02:10:60Z',
      '2026-13-24T02:10:19Z',
      '2026-00-24T02:10:19Z',
    ].map(dated),
  ];
}

interface Base {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string | Buffer;
  readonly headers?: readonly (readonly [string, string])[];
  readonly date?: string;
  readonly nonce?: string;
}

function base(parts: Base, unsigned: readonly (readonly [string, string])[] = []): Draft {
  const body = Buffer.from(parts.body ?? '');
  return {
    method: parts.method ?? 'POST',
    target: parts.target ?? '/',
    body,
    unsigned,
    headers: [
      ['host', '127.0.0.1:18080'],
      ['user-agent', 'kit'],
      ['x-acs-action', 'CreateUser'],
      ['x-acs-version', '2015-05-01'],
      ['x-acs-date', parts.date ?? NOW_TEXT],
      ['x-acs-signature-nonce', parts.nonce ?? NONCE],
      ['x-acs-content-sha256', createHash('sha256').update(body).digest('hex')],
      ...(parts.headers ?? []),
    ],
  };
}

/** ACS3 in as few lines as it takes, from the parts that the vector writes out. */
function sign({ draft, query = '', path = '/', names, key = KEY }: Signing): Draft {
  const signed = draft.headers.filter(([name]) =>
    names === undefined ? /^(host|content-type|x-acs-.*)$/.test(name) : names.includes(name),
  );
  signed.sort(([a], [b]) => (a < b ? -1 : 1));
  const list = signed.map(([name]) => name).join(';');
  const fields = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const digest = createHash('sha256').update(draft.body).digest('hex');
  const canonical = `${draft.method}\n${path}\n${query}\n${fields}\n${list}\n${digest}`;
  const stringToSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical, 'latin1').digest('hex')}`;
  const signature = createHmac('sha256', key.accessKeySecret).update(stringToSign).digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.accessKeyId},SignedHeaders=${list},Signature=${signature}`;
  return {
    ...draft,
    headers: [...draft.headers, ...(draft.unsigned ?? []), ['Authorization', authorization]],
  };
}

function accept(name: string, signing: Signing): Unnumbered {
  const nonce = signing.draft.headers.find(([each]) => each === 'x-acs-signature-nonce')![1];
  return accepted(name, sign(signing), signing.key ?? KEY, nonce, signing.parameters ?? {});
}

function edited(name: string, edit: (draft: Draft) => Draft): Unnumbered {
  return accepted(name, edit(sign({ draft: base({}) })), KEY, NONCE, {});
}

function editHeader(draft: Draft, name: string, edit: (value: string) => string): Draft {
  return { ...draft, headers: draft.headers.map(([n, v]) => [n, n === name ? edit(v) : v] as const) };
}

function editAuthorization(draft: Draft, edit: (value: string) => string): Draft {
  return editHeader(draft, 'Authorization', edit);
}
