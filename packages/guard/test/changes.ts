import type { SignedRequest } from '@claviger/signature';
import type { Random } from './random.ts';

interface Draft {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer;
}

/** A change to a signed request, as a forger, a proxy or a broken client makes it. */
type Change = (draft: Draft, random: Random, other: Draft) => void;

const changes: Readonly<Record<string, Change>> = {
  'another method': (draft, random) => {
    draft.method = random.pick(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'get', 'TRACE']);
  },
  'one bit of the target': (draft, random) => {
    draft.target = flipBit(draft.target, random);
  },
  'one bit of a header': (draft, random) => {
    const header = random.pick(draft.headers);
    const at = random.below(2);
    header[at] = flipBit(header[at]!, random);
  },
  'one bit of the body': (draft, random) => {
    if (draft.body.length === 0) draft.body = Buffer.from('x');
    else draft.body[random.below(draft.body.length)]! ^= 1 << random.below(8);
  },
  'a body cut, or longer': (draft, random) => {
    const length = random.below(draft.body.length + 1);
    draft.body =
      random.below(2) === 0 ? draft.body.subarray(0, length) : Buffer.concat([draft.body, Buffer.of(32)]);
  },
  'the body of another request': (draft, _random, other) => {
    draft.body = other.body;
  },
  'the target of another request': (draft, _random, other) => {
    draft.target = other.target;
  },
  'the signature of another request': (draft, _random, other) => {
    const theirs = other.headers.find(([name]) => name.toLowerCase() === 'authorization');
    for (const header of draft.headers) {
      if (header[0].toLowerCase() === 'authorization') header[1] = theirs?.[1] ?? '';
    }
  },
  'a piece of the path put in': (draft, random) => {
    const slashes = [...draft.target.matchAll(/\//g)].map(({ index }) => index);
    const at = random.pick(slashes);
    const piece = random.pick([
      '/',
      '/.',
      '/..',
      '/a',
      '/%2e%2e',
      '/..;',
      '/%2F',
      '\\',
      ';x',
      '/a/..',
      '%00',
      '/;',
    ]);
    draft.target = draft.target.slice(0, at) + piece + draft.target.slice(at);
  },
  'a slash at the end of the path': (draft) => {
    draft.target = draft.target.replace(/(?=\?)|$/, '/');
  },
  'another spelling of a character': (draft, random) => {
    const at = random.below(draft.target.length);
    const code = draft.target.charCodeAt(at).toString(16);
    const escaped = random.pick([`%${code}`, `%${code.toUpperCase()}`, `%25${code}`]);
    draft.target = draft.target.slice(0, at) + escaped + draft.target.slice(at + 1);
  },
  'an escape written out, or in another case': (draft, random) => {
    const edit = random.pick([decodeURIComponent, (text: string) => text.toLowerCase()]);
    draft.target = draft.target.replace(/%[2-7][0-9A-F]/, edit);
  },
  'another case': (draft, random) => {
    const at = random.below(draft.target.length);
    const letter = draft.target[at]!;
    const swapped = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase();
    draft.target = draft.target.slice(0, at) + swapped + draft.target.slice(at + 1);
  },
  'a parameter more': (draft, random) => {
    const more = random.pick([
      'channel=internal',
      'channel[]=internal',
      '[channel]=internal',
      'Channel=internal',
      'Action=DeleteOrder',
      'a',
      '_method=DELETE',
    ]);
    draft.target += `${draft.target.includes('?') ? random.pick(['&', ';']) : '?'}${more}`;
  },
  'parameters in another order': (draft) => {
    const [path, query = ''] = draft.target.split('?');
    draft.target = `${path}?${query.split('&').reverse().join('&')}`;
  },
  'a header more': (draft, random) => {
    draft.headers.splice(random.below(draft.headers.length + 1), 0, [
      ...random.pick([
        ['x-acs-tenant', 'b'],
        ['X_Acs_Tenant', 'b'],
        ['x-http-method-override', 'DELETE'],
        ['X-Original-URL', '/orders/23'],
        ['x-acs-action', 'DeleteOrder'],
        ['content-type', 'application/x-www-form-urlencoded'],
        ['Content-Length', '1'],
        ['Transfer-Encoding', 'chunked'],
        ['connection', 'x-acs-tenant'],
        ['host', 'b.example.com'],
        ['x-forwarded-for', '10.0.0.1'],
      ] as const),
    ] as [string, string]);
  },
  'a header less': (draft, random) => {
    draft.headers.splice(random.below(draft.headers.length), 1);
  },
  'a header twice': (draft, random) => {
    const [name, value] = random.pick(draft.headers);
    draft.headers.push([random.pick([name, name.toUpperCase()]), random.pick([value, `${value}x`, ''])]);
  },
  'two headers exchanged': (draft, random) => {
    const first = random.pick(draft.headers);
    const second = random.pick(draft.headers);
    [first[1], second[1]] = [second[1], first[1]];
  },
  'a hyphen made an underscore': (draft, random) => {
    const header = random.pick(draft.headers);
    header[0] = header[0].replace('-', '_');
  },
};

const names = Object.keys(changes);

/** One change, chosen at random, to a copy of a request. */
export function changeOf(request: SignedRequest, other: SignedRequest, random: Random) {
  const what = random.pick(names);
  const draft = draftOf(request);
  changes[what]!(draft, random, draftOf(other));
  const { method, target, headers, body } = draft;
  const changed: SignedRequest = { method, target, rawHeaders: headers.flat(), body };
  return { what, request: changed };
}

function draftOf({ method, target, rawHeaders, body }: SignedRequest): Draft {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  // After some changes nothing is left that the next one could change.
  if (headers.length === 0) headers.push(['accept', '*/*']);
  return { method, target: target.includes('/') ? target : `/${target}`, headers, body: Buffer.from(body) };
}

function flipBit(text: string, random: Random): string {
  if (text === '') return 'x';
  const at = random.below(text.length);
  return (
    text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << random.below(8))) + text.slice(at + 1)
  );
}
