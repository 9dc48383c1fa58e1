import { createHmac } from 'node:crypto';
import { utf8Bytes } from '../canonical-request.ts';
import type { RoaSignature } from '../parsed-signature.ts';
import { percentEncode } from '../percent-encoding.ts';
import { findMistakes, METHODS, type Mistake, mistake, secretMistakes } from './mistake.ts';
import { decodedOnceMore, type Pair, plainQuery } from './query-mistakes.ts';

/** Parts from which a ROA 1.0 signature is computed, one character per byte. */
interface RoaRecipe {
  readonly method: string;
  /** Signed header fields, each with its line feed. */
  readonly fields: string;
  readonly path: string;
  readonly query: string;
  readonly pairs: readonly Pair[];
  readonly secret: string;
  readonly hash: 'sha1' | 'sha256';
  readonly written: 'base64' | 'hex';
}

const MISTAKES: readonly Mistake<RoaRecipe>[] = [
  ...METHODS.map((method) => mistake<RoaRecipe>('method', `signs the method ${method}`, () => ({ method }))),
  mistake<RoaRecipe>('method', 'signs the method in lower case', ({ method }) => ({
    method: method.toLowerCase(),
  })),
  mistake<RoaRecipe>('query', 'leaves the query out of what it signs', () => ({ query: '' })),
  mistake<RoaRecipe>('query', 'encodes the query, which ROA 1.0 signs as it is', ({ pairs }) => ({
    query: plainQuery(pairs, percentEncode),
  })),
  mistake<RoaRecipe>('query', 'signs the query in the order sent, not sorted by name', ({ pairs }) => ({
    query: pairs.map(([name, value]) => utf8Bytes(`${name}=${value}`)).join('&'),
  })),
  mistake<RoaRecipe>('query', 'leaves out the `=` of an empty value', ({ pairs }) => ({
    query: plainQuery(pairs, utf8Bytes, ''),
  })),
  mistake<RoaRecipe>('fields', 'leaves the `x-acs-` headers out of what it signs', ({ fields }) => ({
    fields: fields.replace(/^x-acs-.*\n/gm, ''),
  })),
  mistake<RoaRecipe>('fields', 'leaves out the lines of headers that are not sent', ({ fields }) => ({
    fields: fields.replace(/\n+/g, '\n').replace(/^\n/, ''),
  })),
  mistake<RoaRecipe>('path', 'signs the path `/`, whatever the path is', () => ({ path: '/' })),
  mistake<RoaRecipe>('path', 'signs the path decoded', ({ path }) => ({
    path: utf8Bytes(decodedOnceMore(path)),
  })),
  mistake<RoaRecipe>(
    'secret',
    'signs with the secret and `&` behind it, which is the rule of RPC 1.0',
    ({ secret }) => ({
      secret: `${secret}&`,
    }),
  ),
  ...secretMistakes<RoaRecipe>(),
  mistake<RoaRecipe>('hash', 'signs with HMAC-SHA256', () => ({ hash: 'sha256' })),
  mistake<RoaRecipe>('written', 'writes the signature in hexadecimal', () => ({ written: 'hex' })),
];

/**
 * Returns the known mistakes that explain the signature of a ROA 1.0 request.
 *
 * @param stringToSign as specified
 * @param secret secret that the request should be signed with
 */
export function findRoaMistakes(
  parsed: RoaSignature,
  stringToSign: string,
  secret: string,
): readonly string[] {
  const lines = stringToSign.split('\n');
  const [path = '', ...query] = lines.at(-1)!.split('?');
  const recipe: RoaRecipe = {
    method: lines[0]!,
    fields: `${lines.slice(1, -1).join('\n')}\n`,
    path,
    query: query.join('?'),
    pairs: [...parsed.query],
    secret,
    hash: 'sha1',
    written: 'base64',
  };
  return findMistakes(recipe, MISTAKES, (tried) => {
    const text = `${tried.method}\n${tried.fields}${tried.path}${tried.query === '' ? '' : `?${tried.query}`}`;
    const hmac = createHmac(tried.hash, tried.secret).update(text, 'latin1');
    return hmac.digest(tried.written) === parsed.signature;
  });
}
