import { createHmac } from 'node:crypto';
import { HeaderFields } from '../header-fields.ts';
import type { RpcSignature } from '../parsed-signature.ts';
import { percentEncode } from '../percent-encoding.ts';
import { hasFormType } from '../request-content.ts';
import { findMistakes, METHODS, type Mistake, mistake, secretMistakes } from './mistake.ts';
import { type Pair, plainQuery, QUERY_MISTAKES } from './query-mistakes.ts';

/** Parts from which an RPC 1.0 signature is computed, one character per byte. */
interface RpcRecipe {
  readonly method: string;
  /** As in the string to sign. */
  readonly path: string;
  /** All parameters except `Signature`, in the order sent. */
  readonly pairs: readonly Pair[];
  readonly query: (pairs: readonly Pair[]) => string;
  readonly encode: (query: string) => string;
  readonly secret: string;
  /** Text appended to the secret. */
  readonly suffix: string;
  readonly hash: 'sha1' | 'sha256';
  readonly written: 'base64' | 'hex';
  /** Returns the signature as the receiver decodes it. */
  readonly received: (signature: string) => string;
}

const MISTAKES: readonly Mistake<RpcRecipe>[] = [
  ...METHODS.map((method) => mistake<RpcRecipe>('method', `signs the method ${method}`, () => ({ method }))),
  mistake<RpcRecipe>('path', 'signs the path unencoded', () => ({ path: '/' })),
  mistake<RpcRecipe>('path', 'encodes the path twice', () => ({ path: '%252F' })),
  ...QUERY_MISTAKES.filter(({ what }) => !what.startsWith('leaves the query out')).map(({ what, write }) =>
    mistake<RpcRecipe>('query', what.replaceAll('the query', 'the parameters'), () => ({ query: write })),
  ),
  mistake<RpcRecipe>('encode', 'encodes the parameters once, and not once more as a whole', () => ({
    encode: (query) => query,
  })),
  mistake<RpcRecipe>('secret', 'signs with the bare secret, without the `&` behind it', () => ({
    suffix: '',
  })),
  ...secretMistakes<RpcRecipe>(),
  mistake<RpcRecipe>('hash', 'signs with HMAC-SHA256 and says HMAC-SHA1', () => ({ hash: 'sha256' })),
  mistake<RpcRecipe>('written', 'writes the signature in hexadecimal', () => ({ written: 'hex' })),
  mistake<RpcRecipe>('received', 'does not encode the signature: its `+` arrives as a space', () => ({
    received: (signature) => signature.replaceAll(' ', '+'),
  })),
  mistake<RpcRecipe>('received', 'encodes the signature twice', () => ({
    received: (signature) =>
      signature.replace(/%../g, (code) => String.fromCharCode(Number(`0x${code.slice(1)}`))),
  })),
];

/** Ways to write the parameters, by which texts are told apart; the right one is none of them. */
const QUERY_WRITERS = QUERY_MISTAKES.map(({ write }) => write);

/**
 * Returns the known mistakes that explain the signature of an RPC 1.0 request.
 *
 * @param secret secret that the request should be signed with
 */
export function findRpcMistakes(parsed: RpcSignature, secret: string): readonly string[] {
  const { request, parameters } = parsed;
  const recipe: RpcRecipe = {
    method: request.method,
    path: '%2F',
    pairs: [...parameters].filter(([name]) => name !== 'Signature'),
    query: (pairs) => plainQuery(pairs, percentEncode),
    encode: percentEncode,
    secret,
    suffix: '&',
    hash: 'sha1',
    written: 'base64',
    received: (signature) => signature,
  };
  const withoutBody = [...parsed.query].filter(([name]) => name !== 'Signature');
  const withoutForm: Mistake<RpcRecipe> = mistake<RpcRecipe>(
    'pairs',
    'leaves the form in the body out of what it signs',
    () => ({ pairs: withoutBody }),
  );
  // Hundreds of combinations have a few texts, each as long as the request.
  const encoded = new Map<string, Buffer>();
  const parametersOf = ({ pairs, query, encode }: RpcRecipe): Buffer => {
    const key = `${pairs === withoutBody} ${QUERY_WRITERS.indexOf(query)} ${encode === percentEncode}`;
    let text = encoded.get(key);
    if (text === undefined) {
      text = Buffer.from(encode(query(pairs)), 'latin1');
      encoded.set(key, text);
    }
    return text;
  };
  const hasForm = hasFormType(new HeaderFields(request.rawHeaders));
  return findMistakes(recipe, hasForm ? [...MISTAKES, withoutForm] : MISTAKES, (tried) => {
    const hmac = createHmac(tried.hash, tried.secret + tried.suffix)
      .update(`${tried.method}&${tried.path}&`)
      .update(parametersOf(tried));
    return hmac.digest(tried.written) === tried.received(parsed.signature);
  });
}
