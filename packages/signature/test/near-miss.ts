import { isDeepStrictEqual } from 'node:util';
import type { SignedRequest } from '../src/index.ts';
import type { Random } from './random.ts';

interface Draft {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: Buffer;
}

/** A small change to a request; most change what it means, some only how it is written. */
type Change = (draft: Draft, random: Random, other: SignedRequest) => void;

/**
 * Changes that a forger, a careless proxy or a broken client would make, each as small as possible. `other` is
 * another request signed with the same key, to take parts from.
 */
export const NEAR_MISSES: Readonly<Record<string, Change>> = {
  'another method': (draft, random) => {
    draft.method = random.pick(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'get', 'POST ']);
  },
  'one bit of the target': (draft, random) => {
    draft.target = flipBit(draft.target, random);
  },
  'one bit of a header value': (draft, random) => {
    const header = random.pick(draft.headers);
    header[1] = flipBit(header[1], random);
  },
  'one bit of a header name': (draft, random) => {
    const header = random.pick(draft.headers);
    header[0] = flipBit(header[0], random);
  },
  'one bit of the body': (draft, random) => {
    if (draft.body.length === 0) draft.body = Buffer.from('x');
    else draft.body[random.below(draft.body.length)]! ^= 1 << random.below(8);
  },
  'one bit of the signature': (draft, random) => {
    editSignature(draft, (signature) => flipBit(signature, random));
  },
  'a shorter signature': (draft, random) => {
    editSignature(draft, (signature) => signature.slice(0, random.below(signature.length)));
  },
  'a longer signature': (draft, random) => {
    editSignature(draft, (signature) => signature + random.pick(['0', '=', ' ', 'a', ',']));
  },
  'a signature in upper case': (draft) => {
    editSignature(draft, (signature) => signature.toUpperCase());
  },
  'another case': (draft, random) => {
    draft.target = editCharacter(draft.target, random, swapCase);
  },
  'another case in a header value': (draft, random) => {
    const header = random.pick(draft.headers);
    header[1] = editCharacter(header[1], random, swapCase);
  },
  'another case in a header name': (draft, random) => {
    const header = random.pick(draft.headers);
    header[0] = random.pick([header[0].toUpperCase(), editCharacter(header[0], random, swapCase)]);
  },
  'a character written as an escape': (draft, random) => {
    draft.target = editCharacter(draft.target, random, (character) => escapeOf(character, random));
  },
  'a wide character with the same low byte': (draft, random) => {
    const widen = (character: string) => String.fromCharCode(character.charCodeAt(0) | 0x100);
    const header = random.pick(draft.headers);
    if (random.below(2) === 0) header[1] = editCharacter(header[1], random, widen);
    else
      draft.target = editOne(draft.target, /[A-Za-z0-9]/g, random, (found) =>
        encodeURIComponent(widen(found)),
      );
  },
  'encoded twice': (draft, random) => {
    draft.target = editOne(draft.target, /%/g, random, () => '%25');
  },
  'an escape in lower case': (draft, random) => {
    draft.target = editOne(draft.target, /%[0-9A-F]{2}/g, random, (escaped) => escaped.toLowerCase());
  },
  'an escape written out': (draft, random) => {
    draft.target = editOne(draft.target, /%[2-7][0-9A-F]/g, random, (escaped) => decodeURIComponent(escaped));
  },
  'a plus for a space': (draft, random) => {
    draft.target = editOne(draft.target, /%20|%2B|\+/g, random, () => random.pick(['+', '%20', '%2B']));
  },
  'a parameter more': (draft, random) => {
    draft.target = editQuery(draft.target, (pieces) => [
      ...pieces,
      random.pick(['a=1', 'A', '=', '', 'Name=x']),
    ]);
  },
  'a parameter twice': (draft, random) => {
    draft.target = editQuery(draft.target, (pieces) => [...pieces, random.pick(pieces)]);
  },
  'a parameter less': (draft, random) => {
    draft.target = editQuery(draft.target, (pieces) => pieces.toSpliced(random.below(pieces.length), 1));
  },
  'parameters in another order': (draft, random) => {
    draft.target = editQuery(draft.target, (pieces) => {
      const [piece] = pieces.splice(random.below(pieces.length), 1);
      return [piece!, ...pieces];
    });
  },
  'two parameters made one, or one made two': (draft, random) => {
    draft.target = editOne(draft.target, /&|%26/g, random, (sign) => (sign === '&' ? '%26' : '&'));
  },
  'the border of name and value moved': (draft, random) => {
    draft.target = editOne(draft.target, /=|%3D/g, random, (sign) => (sign === '=' ? '%3D' : '='));
  },
  'an equals sign less or more': (draft, random) => {
    draft.target = editOne(draft.target, /=|&/g, random, (sign) => (sign === '=' ? '' : '=&'));
  },
  'a parameter moved into the body': (draft, random) => {
    draft.target = editQuery(draft.target, (pieces) => {
      const [piece] = pieces.splice(random.below(pieces.length), 1);
      draft.body = Buffer.from(draft.body.length === 0 ? piece! : `${draft.body}&${piece}`);
      return pieces;
    });
  },
  'another content type': (draft, random) => {
    const type = random.pick(['application/json', 'application/x-www-form-urlencoded', 'text/plain', '']);
    draft.headers = draft.headers.filter(([name]) => name.toLowerCase() !== 'content-type');
    draft.headers.push(['content-type', type]);
  },
  'a byte more in the body': (draft, random) => {
    draft.body = Buffer.concat([draft.body, Buffer.from([random.pick([0, 10, 32, 38, 61])])]);
  },
  'a byte less in the body': (draft) => {
    draft.body = draft.body.subarray(0, -1);
  },
  'no body': (draft) => {
    draft.body = Buffer.alloc(0);
  },
  'a form for a body': (draft) => {
    draft.body = Buffer.from('UserName=mallory');
    draft.headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  },
  'a header twice': (draft, random) => {
    const [name, value] = random.pick(draft.headers);
    const copy: [string, string] = [name, random.pick([value, '', `${value}x`])];
    draft.headers.splice(random.below(draft.headers.length + 1), 0, copy);
  },
  'a header less': (draft, random) => {
    draft.headers.splice(random.below(draft.headers.length), 1);
  },
  'a header more': (draft, random) => {
    const name = random.pick([
      'x-acs-action',
      'x-acs-version',
      'x-acs-security-token',
      'x-acs-bearer-token',
      'date',
    ]);
    draft.headers.push([name, 'x']);
  },
  'headers in another order': (draft, random) => {
    const [header] = draft.headers.splice(random.below(draft.headers.length), 1);
    draft.headers.push(header!);
  },
  'blanks around or inside a header value': (draft, random) => {
    const header = random.pick(draft.headers);
    header[1] = random.pick([
      ` ${header[1]}`,
      `${header[1]}\t`,
      header[1].replace(/[-:]/, '$& '),
      `${header[1]},`,
    ]);
  },
  'two header values exchanged': (draft, random) => {
    const first = random.pick(draft.headers);
    const second = random.pick(draft.headers);
    [first[1], second[1]] = [second[1], first[1]];
  },
  'a signed header less in the list': (draft, random) => {
    editSignedHeaders(draft, (names) => names.toSpliced(random.below(names.length), 1));
  },
  'a signed header more in the list': (draft, random) => {
    editSignedHeaders(draft, (names) => [...names, random.pick(['accept', 'x-acs-x', names[0]!])].sort());
  },
  'signed headers in another order or case': (draft, random) => {
    editSignedHeaders(draft, (names) =>
      random.below(2) === 0
        ? names.toReversed()
        : names.map((name, at) => (at === 0 ? name.toUpperCase() : name)),
    );
  },
  'another algorithm': (draft, random) => {
    const to = random.pick([
      'ACS3-HMAC-SHA256',
      'ACS3-HMAC-SM3',
      'ACS3-RSA-SHA256',
      'ACS4-HMAC-SHA256',
      'acs',
      'ACS3-',
    ]);
    editHeader(draft, 'authorization', (value) => value.replace(/^\S+/, to));
    draft.target = draft.target.replace('HMAC-SHA1', random.pick(['HMAC-SHA256', 'hmac-sha1', '']));
  },
  'another key id': (draft, random) => {
    const to = random.pick(['LTAI5tEXAMPLEKEYID000002', 'STS.EXAMPLEKEYID000001', '']);
    editHeader(draft, 'authorization', (value) => value.replace('LTAI5tEXAMPLEKEYID000001', to));
    draft.target = draft.target.replace('LTAI5tEXAMPLEKEYID000001', to);
  },
  'one second later or earlier': (draft, random) => {
    const shift = (text: string) =>
      text.replace(/(\d\d)(Z| GMT)/, (_, s, end) => `${nextSecond(s, random)}${end}`);
    editHeader(draft, random.pick(['x-acs-date', 'date']), shift);
    draft.target = draft.target.replace(
      /(Timestamp=[^&]*)(\d\d)Z/,
      (_, before, s) => `${before}${nextSecond(s, random)}Z`,
    );
    draft.body = Buffer.from(
      draft.body
        .toString('latin1')
        .replace(/(Timestamp=[^&]*)(\d\d)Z/, (_, b, s) => `${b}${nextSecond(s, random)}Z`),
      'latin1',
    );
  },
  'a header of another request of the same key': (draft, random, other) => {
    const at = 2 * random.below(other.rawHeaders.length / 2);
    const name = other.rawHeaders[at]!.toLowerCase();
    editHeader(draft, name, () => other.rawHeaders[at + 1]!);
  },
  'the query of another request of the same key': (draft, _random, other) => {
    draft.target = other.target;
  },
  'the body of another request of the same key': (draft, _random, other) => {
    draft.body = Buffer.from(other.body);
  },
  'a segment more in the path': (draft, random) => {
    draft.target = draft.target.replace(
      '/',
      random.pick(['//', '/./', '/a/', '/%2F', '/%7E', '/*', '/+', '']),
    );
  },
};

const NAMES = Object.keys(NEAR_MISSES);

/** One change, chosen at random, to a copy of the request; some change or other does apply to every request. */
export function nearMiss(request: SignedRequest, other: SignedRequest, random: Random) {
  for (;;) {
    const change = random.pick(NAMES);
    const changed = applyChange(change, request, other, random);
    if (!isDeepStrictEqual(changed, request)) return { change, request: changed };
  }
}

/** The named change to a copy of the request. */
export function applyChange(
  name: string,
  request: SignedRequest,
  other: SignedRequest,
  random: Random,
): SignedRequest {
  const draft: Draft = { ...request, headers: [], body: Buffer.from(request.body) };
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    draft.headers.push([request.rawHeaders[at]!, request.rawHeaders[at + 1]!]);
  }
  NEAR_MISSES[name]!(draft, random, other);
  return {
    method: draft.method,
    target: draft.target,
    rawHeaders: draft.headers.flat(),
    body: draft.body,
  };
}

function flipBit(text: string, random: Random): string {
  return editCharacter(text, random, (character) =>
    String.fromCharCode(character.charCodeAt(0) ^ (1 << random.below(8))),
  );
}

function editCharacter(text: string, random: Random, edit: (character: string) => string): string {
  if (text === '') return 'x';
  const at = random.below(text.length);
  return text.slice(0, at) + edit(text[at]!) + text.slice(at + 1);
}

function editOne(text: string, pattern: RegExp, random: Random, edit: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { index, 0: sign } = random.pick(found);
  return text.slice(0, index) + edit(sign) + text.slice(index + sign.length);
}

function editQuery(target: string, edit: (pieces: string[]) => string[]): string {
  const [path, query] = target.split('?');
  return query === undefined ? target : `${path}?${edit(query.split('&')).join('&')}`;
}

function editHeader(draft: Draft, name: string, edit: (value: string) => string): void {
  for (const header of draft.headers) if (header[0].toLowerCase() === name) header[1] = edit(header[1]);
}

function editSignature(draft: Draft, edit: (signature: string) => string): void {
  editHeader(draft, 'authorization', (value) => value.replace(/[^=:]+=?$/, edit));
  draft.target = draft.target.replace(/(?<=Signature=)[^&]+/, edit);
  draft.body = Buffer.from(draft.body.toString('latin1').replace(/(?<=&Signature=)[^&]+/, edit), 'latin1');
}

function editSignedHeaders(draft: Draft, edit: (names: string[]) => string[]): void {
  editHeader(draft, 'authorization', (value) =>
    value.replace(/(?<=SignedHeaders=)[^,]+/, (list) => edit(list.split(';')).join(';')),
  );
}

function swapCase(character: string): string {
  const upper = character.toUpperCase();
  return character === upper ? character.toLowerCase() : upper;
}

function escapeOf(character: string, random: Random): string {
  const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
  return `%${random.below(2) === 0 ? hex.toUpperCase() : hex}`;
}

function nextSecond(text: string, random: Random): string {
  return String((Number(text) + random.pick([1, 59])) % 60).padStart(2, '0');
}
