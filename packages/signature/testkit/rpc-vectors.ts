import { createHmac } from 'node:crypto';
import {
  accepted,
  type Draft,
  KEY,
  NOW_TEXT,
  refused,
  TEMPORARY_KEY,
  type Unnumbered,
} from './vector-writing.ts';

type Pairs = Readonly<Record<string, string>>;

const NONCE = '190ef83e46b2f6cc4048b725f63f430c';
const FORM_TYPE = ['content-type', 'application/x-www-form-urlencoded'] as const;

const SYSTEM = {
  AccessKeyId: KEY.accessKeyId,
  Action: 'CreateUser',
  Format: 'JSON',
  SignatureMethod: 'HMAC-SHA1',
  SignatureNonce: NONCE,
  SignatureVersion: '1.0',
  Timestamp: NOW_TEXT,
  Version: '2015-05-01',
};

/** The vectors for RPC 1.0. */
export function rpcVectors(): Unnumbered[] {
  return [
    ...acceptedVectors(),
    ...alteredVectors(),
    ...systemParameterVectors(),
    ...malformedVectors(),
    ...timeVectors(),
  ];
}

function acceptedVectors(): Unnumbered[] {
  const value = (name: string, wire: string, decoded: string) => {
    const parameters = { ...SYSTEM, Comments: decoded };
    return accept(name, query(parameters, { Comments: wire }), parameters);
  };
  const plain = { ...SYSTEM, UserName: 'alice' };
  const temporary = {
    ...plain,
    AccessKeyId: TEMPORARY_KEY.accessKeyId,
    SecurityToken: TEMPORARY_KEY.securityToken,
  };
  const split = query(plain, {}, ['UserName']);
  return [
    accept('all in the query, GET', query(plain), plain),
    accept('all in the query, POST', { ...query(plain, {}, [], 'POST') }, plain),
    accept(
      'all in the query, POST with the type of a form and no body',
      { ...query(plain, {}, [], 'POST'), headers: [host(), FORM_TYPE] },
      plain,
    ),
    accept('all in the form', form(plain), plain),
    accept('the system’s in the query, the operation’s in the form', split, plain),
    accept(
      'a form type with a charset, in capitals',
      { ...split, headers: [host(), ['Content-Type', 'Application/X-WWW-Form-Urlencoded; charset=UTF-8']] },
      plain,
    ),
    accept(
      'parameters in reverse order',
      { ...query(plain), target: `/?${query(plain).target.slice(2).split('&').reverse().join('&')}` },
      plain,
    ),
    accept('another method', query(plain, {}, [], 'PUT'), plain),
    accept('an empty SignatureType, as the old Go SDK sends it', query({ ...plain, SignatureType: '' }), {
      ...plain,
      SignatureType: '',
    }),
    accept(
      'SourceIp and SecureTransport, which are signed',
      query({ ...plain, SourceIp: '10.0.0.1', SecureTransport: 'true' }),
      { ...plain, SourceIp: '10.0.0.1', SecureTransport: 'true' },
    ),
    accept(
      'headers are no part of it',
      {
        ...query(plain),
        headers: [
          ['Host', 'other.example'],
          ['x-acs-action', 'DeleteUser'],
          ['x-acs-action', 'x'],
        ],
      },
      plain,
    ),
    accept(
      'a temporary key',
      query(temporary, {}, [], 'GET', TEMPORARY_KEY.accessKeySecret),
      temporary,
      TEMPORARY_KEY,
    ),
    accept(
      'nested names',
      query({ ...plain, 'Tag.1.Key': 'team', 'Tag.1.Value': 'a b', 'Tag.10.Key': 'x' }),
      { ...plain, 'Tag.1.Key': 'team', 'Tag.1.Value': 'a b', 'Tag.10.Key': 'x' },
    ),
    accept('a name in Chinese', query({ ...plain, 中: '1' }), { ...plain, 中: '1' }),
    accept('names sort by UTF-8 bytes', query({ ...plain, '🔑': '1', '～': '2' }), {
      ...plain,
      '🔑': '1',
      '～': '2',
    }),
    accept('a nonce of 128 characters', query({ ...plain, SignatureNonce: 'n'.repeat(128) }), {
      ...plain,
      SignatureNonce: 'n'.repeat(128),
    }),
    value('a plus is a space', 'x+y', 'x y'),
    value('%20 is a space', 'x%20y', 'x y'),
    value('%2B is a plus', 'x%2By', 'x+y'),
    value('what encodeURIComponent leaves', "!'()*", "!'()*"),
    value('the same, escaped', '%21%27%28%29%2A', "!'()*"),
    value('what is never escaped', '-_.~', '-_.~'),
    value('a tilde escaped on the wire', '%7E', '~'),
    value('an escape in lower case', 'x%2fy', 'x/y'),
    value('a letter escaped without need', '%41', 'A'),
    value('a value that is itself an escape', '%2541', '%41'),
    value('an empty value', '', ''),
    value('an equals sign, bare', 'a=b', 'a=b'),
    value('an ampersand, escaped', 'a%26b%3Dc', 'a&b=c'),
    value('Chinese', '%E4%B8%AD%E6%96%87', '中文'),
    value('beyond the basic plane', '%F0%9F%94%91', '🔑'),
    value('a line feed', 'a%0Ab', 'a\nb'),
    value('JSON', '%5B%22a%22%5D', '["a"]'),
    {
      ...accepted(
        'a JSON body is accepted, and is no part of what was signed',
        {
          ...query(plain, {}, [], 'POST'),
          headers: [host(), ['content-type', 'application/json']],
          body: Buffer.from('{}'),
        },
        KEY,
        NONCE,
        withSignature(query(plain, {}, [], 'POST'), plain),
        'unverified',
      ),
    },
    accept(
      'a form in Chinese that is not escaped',
      { ...split, body: Buffer.from('UserName=中'), ...resigned({ ...plain, UserName: '中' }) },
      { ...plain, UserName: '中' },
    ),
  ];
}

function alteredVectors(): Unnumbered[] {
  const parameters = { ...SYSTEM, Comments: 'a b', UserName: 'alice' };
  const signed = query(parameters);
  const no = (name: string, draft: Draft, why: string) =>
    refused(name, draft, KEY, 'SignatureDoesNotMatch', why);
  const target = (name: string, from: string, to: string, why: string) =>
    no(name, { ...signed, target: signed.target.replace(from, to) }, why);
  const inForm = form(parameters);
  const body = (name: string, from: string, to: string, why: string) =>
    no(name, { ...inForm, body: Buffer.from(inForm.body.toString().replace(from, to)) }, why);
  const signature = (name: string, edit: (signature: string) => string) =>
    no(
      name,
      {
        ...signed,
        target: signed.target.replace(/(?<=Signature=).*/, (s) =>
          encodeURIComponent(edit(decodeURIComponent(s))),
        ),
      },
      'a signature has one way to be written',
    );
  return [
    no('POST for GET', { ...signed, method: 'POST' }, 'the method is signed'),
    no('HEAD for GET', { ...signed, method: 'HEAD' }, 'the method is signed'),
    target('another path', '/?', '/a?', 'the path signed is a slash'),
    target('two slashes', '/?', '//?', 'the path signed is a slash'),
    ...Object.keys(SYSTEM)
      .filter((name) => !['AccessKeyId', 'SignatureMethod', 'SignatureVersion', 'Timestamp'].includes(name))
      .map((name) => target(`${name} with a character more`, `&${name}=`, `&${name}=x`, `${name} is signed`)),
    target('another time, within the window', '10%3A19Z', '10%3A20Z', 'the timestamp is signed'),
    target('one bit of a value', 'alice', 'alicd', 'values are signed'),
    target('another case of a value', 'alice', 'Alice', 'values are case-sensitive'),
    target('another case of a name', 'UserName', 'Username', 'names are case-sensitive'),
    target('encoded twice', 'a%20b', 'a%2520b', 'the value is another one'),
    target('a literal plus for a space', 'a%20b', 'a%2Bb', 'a literal plus is no space'),
    target('a parameter more', '/?', '/?x=1&', 'it was not signed'),
    target('an empty parameter more', '/?', '/?x&', 'it was not signed'),
    target('a security token that was not signed', '/?', '/?SecurityToken=x&', 'it was not signed'),
    target('an optional parameter less', '&Comments=a%20b', '', 'it was signed'),
    target(
      'two parameters made one',
      '&UserName=',
      '%26UserName%3D',
      'an escaped ampersand is part of the value',
    ),
    target(
      'a name that swallows the next',
      'Comments=a%20b&UserName',
      'Comments%3Da%20b%26UserName',
      'an escaped equals sign is part of the name',
    ),
    target('two values exchanged', 'Comments=a%20b', 'Comments=alice', 'each value belongs to its name'),
    target('a line feed more', 'alice', 'alice%0A', 'it is part of the value'),
    target('a byte of zero more', 'alice', 'alice%00', 'it is part of the value'),
    body('one bit of a value in the form', 'alice', 'alicd', 'the form is signed'),
    body('a parameter more in the form', 'Action', 'x=1&Action', 'it was not signed'),
    body('a parameter less in the form', '&Comments=a%20b', '', 'it was signed'),
    no(
      'a form where none was signed',
      { ...signed, headers: [host(), FORM_TYPE], body: Buffer.from('RoleName=admin') },
      'the form is signed',
    ),
    signature('one bit of the signature', (s) => `${s.startsWith('A') ? 'B' : 'A'}${s.slice(1)}`),
    signature('a signature without its padding', (s) => s.replace('=', '')),
    signature('a signature with other padding bits', (s) =>
      s.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`),
    ),
    signature('a signature in the URL alphabet', (s) => `${s.replaceAll('+', '-').replaceAll('/', '_')} `),
    signature('a signature in hexadecimal', (s) => Buffer.from(s, 'base64').toString('hex')),
    signature('a signature cut short', (s) => s.slice(0, 10)),
    refused(
      'signed with another secret',
      signed,
      { ...KEY, accessKeySecret: 'ExampleSecret0000000000000009' },
      'SignatureDoesNotMatch',
      'the secret is another one',
    ),
    no(
      'signed with the secret without the ampersand',
      query(parameters, {}, [], 'GET', KEY.accessKeySecret, ''),
      'the key is the secret and an ampersand',
    ),
    no(
      'signed with an empty secret, as the old Go SDK does for bearer tokens',
      query(parameters, {}, [], 'GET', ''),
      'everybody can sign with an empty secret',
    ),
  ];
}

function systemParameterVectors(): Unnumbered[] {
  const without = (name: keyof typeof SYSTEM, code: string) => {
    const { [name]: _, ...rest } = SYSTEM;
    return refused(
      `${name} absent`,
      query(rest),
      KEY,
      code,
      `${name} is mandatory, also when the signature holds without it`,
    );
  };
  const replaced = (changes: Pairs, code: string, why: string) => {
    const [[name, value]] = Object.entries(changes) as [[string, string]];
    const shown = value.length > 40 ? `${value.length} characters` : `\`${value}\``;
    return refused(`${name} is ${shown}`, query({ ...SYSTEM, ...changes }), KEY, code, why);
  };
  return [
    without('AccessKeyId', 'MissingAccessKeyId'),
    without('SignatureMethod', 'MissingSignatureMethod'),
    without('SignatureNonce', 'MissingSignatureNonce'),
    without('SignatureVersion', 'MissingSignatureVersion'),
    without('Timestamp', 'MissingTimestamp'),
    replaced({ AccessKeyId: '' }, 'MissingAccessKeyId', 'no key is named'),
    replaced({ SignatureMethod: 'HMAC-SHA256' }, 'InvalidSignatureMethod', 'RPC 1.0 knows HMAC-SHA1 only'),
    replaced(
      { SignatureMethod: 'hmac-sha1' },
      'InvalidSignatureMethod',
      'names of algorithms are case-sensitive',
    ),
    replaced({ SignatureMethod: '' }, 'InvalidSignatureMethod', 'RPC 1.0 knows HMAC-SHA1 only'),
    replaced({ SignatureVersion: '2.0' }, 'InvalidSignatureVersion', 'it is version 1.0'),
    replaced({ SignatureVersion: '1' }, 'InvalidSignatureVersion', 'it is written 1.0'),
    replaced({ SignatureNonce: '' }, 'MissingSignatureNonce', 'the request could be sent again'),
    replaced(
      { SignatureNonce: 'n'.repeat(129) },
      'InvalidSignatureNonce',
      'nonces have to be remembered, so their length is bounded',
    ),
    replaced(
      { SignatureType: 'PRIVATEKEY' },
      'InvalidSignatureMethod',
      'another way to authenticate, which HMAC is not',
    ),
    replaced(
      { SignatureType: 'BEARERTOKEN' },
      'InvalidSignatureMethod',
      'the request names a key and a token',
    ),
  ];
}

function malformedVectors(): Unnumbered[] {
  const signed = query({ ...SYSTEM, UserName: 'alice' });
  const target = (name: string, more: string, code: string, why: string) =>
    refused(name, { ...signed, target: `${signed.target}&${more}` }, KEY, code, why);
  const twice = 'which of the two counts is a matter of luck';
  const inBoth = { ...signed, headers: [host(), FORM_TYPE], body: Buffer.from('UserName=alice') };
  return [
    target('a parameter twice, alike', 'UserName=alice', 'InvalidParameter.Duplicate', twice),
    target('a parameter twice, differing', 'UserName=bob', 'InvalidParameter.Duplicate', twice),
    target('a parameter twice, once escaped', '%55serName=bob', 'InvalidParameter.Duplicate', twice),
    target('Signature twice', 'Signature=x', 'InvalidParameter.Duplicate', twice),
    target('AccessKeyId twice', 'AccessKeyId=x', 'InvalidParameter.Duplicate', twice),
    refused('a parameter in query and form, alike', inBoth, KEY, 'InvalidParameter.Duplicate', twice),
    refused(
      'Signature in query and form',
      { ...inBoth, body: Buffer.from('Signature=x') },
      KEY,
      'InvalidParameter.Duplicate',
      twice,
    ),
    target('half an escape', 'a=%4', 'InvalidParameter.Format', 'an escape has two digits'),
    target('an escape that is none', 'a=%zz', 'InvalidParameter.Format', 'an escape has hexadecimal digits'),
    target('an overlong form', 'a=%C0%AF', 'InvalidParameter.Format', 'it is not UTF-8'),
    target('a surrogate', 'a=%ED%A0%80', 'InvalidParameter.Format', 'it is not UTF-8'),
    target('half a character', '%E4%B8=a', 'InvalidParameter.Format', 'it is not UTF-8'),
    target('a parameter without a name', '=a', 'InvalidParameter.Format', 'a parameter has a name'),
    target('a fragment', 'a=1#b', 'InvalidParameter.Format', 'a request target has no fragment'),
    refused(
      'a form that is not UTF-8',
      { ...inBoth, body: Buffer.from([0x61, 0x3d, 0xff]) },
      KEY,
      'InvalidParameter.Format',
      'it is not UTF-8',
    ),
    refused(
      'an empty Signature',
      query({ ...SYSTEM }, {}, [], 'GET', KEY.accessKeySecret, '&', ''),
      KEY,
      'MissingSignature',
      'it must not pass for an anonymous request',
    ),
    refused(
      'a key id and no Signature',
      { ...signed, target: signed.target.replace(/&Signature=.*/, '') },
      KEY,
      'MissingSignature',
      'it must not pass for an anonymous request',
    ),
    refused(
      'a signed query, and an Authorization that is none',
      { ...signed, headers: [host(), ['authorization', 'Basic dGVzdDp0ZXN0']] },
      KEY,
      'InvalidSignatureMethod',
      'the header says how the request is to be authenticated',
    ),
  ];
}

function timeVectors(): Unnumbered[] {
  const signed = query(SYSTEM);
  const at = (now: string) => ({ ...accept(`exactly 15 minutes: ${now}`, signed, SYSTEM), now });
  const beyond = (now: string) => ({
    ...refused(
      `more than 15 minutes: ${now}`,
      signed,
      KEY,
      'InvalidTimeStamp.Expired',
      'the window is 15 minutes to either side',
    ),
    now,
  });
  const dated = (Timestamp: string) =>
    refused(
      `Timestamp is \`${Timestamp}\``,
      query({ ...SYSTEM, Timestamp }),
      KEY,
      'InvalidTimeStamp.Format',
      'there is one form, YYYY-MM-DDThh:mm:ssZ, and it names a moment of the calendar',
    );
  return [
    at('2026-11-24T02:25:19Z'),
    at('2026-11-24T01:55:19Z'),
    beyond('2026-11-24T02:25:20Z'),
    beyond('2026-11-24T01:55:18Z'),
    ...[
      '',
      '2026-11-24T02:10:19',
      '2026-11-24T02:10:19.000Z',
      '2026-11-24T10:10:19+08:00',
      '2026-11-24 02:10:19Z',
      '1795486219',
      '2026-02-29T02:10:19Z',
      '2026-11-24T24:00:00Z',
    ].map(dated),
  ];
}

function host() {
  return ['Host', '127.0.0.1:18080'] as const;
}

/** RPC 1.0 in as few lines as it takes. `wire` says how a value is written when not by RFC 3986. */
function query(
  parameters: Pairs,
  wire: Pairs = {},
  inForm: readonly string[] = [],
  method = inForm.length > 0 ? 'POST' : 'GET',
  secret = KEY.accessKeySecret,
  suffix = '&',
  signature = signatureOf(method, parameters, secret, suffix),
): Draft {
  const write = (names: readonly string[]) =>
    names.map((name) => `${encode(name)}=${wire[name] ?? encode(parameters[name]!)}`).join('&');
  const names = Object.keys(parameters);
  const own = write(names.filter((name) => !inForm.includes(name)));
  return {
    method,
    target: `/?${own}&Signature=${encode(signature)}`,
    headers: inForm.length > 0 ? [host(), FORM_TYPE] : [host()],
    body: Buffer.from(write(inForm)),
  };
}

function form(parameters: Pairs): Draft {
  const pairs = Object.entries({
    ...parameters,
    Signature: signatureOf('POST', parameters, KEY.accessKeySecret, '&'),
  });
  const body = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return { method: 'POST', target: '/', headers: [host(), FORM_TYPE], body: Buffer.from(body) };
}

function resigned(parameters: Pairs) {
  return { target: query(parameters, {}, ['UserName']).target };
}

function signatureOf(method: string, parameters: Pairs, secret: string, suffix: string): string {
  const names = Object.keys(parameters).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const canonical = names.map((name) => `${encode(name)}=${encode(parameters[name]!)}`).join('&');
  return createHmac('sha1', secret + suffix)
    .update(`${method}&%2F&${encode(canonical)}`)
    .digest('base64');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function accept(
  name: string,
  draft: Draft,
  parameters: Pairs,
  key: typeof KEY | typeof TEMPORARY_KEY = KEY,
): Unnumbered {
  return accepted(name, draft, key, parameters['SignatureNonce']!, withSignature(draft, parameters));
}

function withSignature(draft: Draft, parameters: Pairs): Pairs {
  const text = `${draft.target}&${draft.body.toString()}`;
  return { ...parameters, Signature: decodeURIComponent(/[?&]Signature=([^&]*)/.exec(text)![1]!) };
}
