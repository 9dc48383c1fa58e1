import { type SchemeOptions, type SigningCredentials, signRequest } from './sign.ts';

/** What stands around a signed `fetch`, each with what is taken when it is absent. */
interface SignedFetchDependencies {
  /** What sends the signed request; the `fetch` of the platform when absent. */
  readonly fetch?: typeof fetch;
  /** The clock: milliseconds since 1970; `Date.now` when absent. */
  readonly now?: () => number;
  /** A text that was not used before; a random UUID when absent. */
  readonly nonce?: () => string;
  /**
   * Up to how many bytes a body that is a stream is read into memory, since its hash must be known before the
   * first byte is sent. 0 when absent: streams are refused.
   */
  readonly bufferedStreamBytes?: number;
}

/** How {@link signedFetch} signs: ACS3-HMAC-SHA256 unless a scheme is named. */
export type SignedFetchOptions = SignedFetchDependencies & (SchemeOptions | { readonly scheme?: undefined });

/** An AccessKey, or a way to get one: asked before each request, so that a temporary key can be replaced. */
export type CredentialsProvider =
  | SigningCredentials
  | (() => SigningCredentials | Promise<SigningCredentials>);

type Body = NonNullable<RequestInit['body']>;

interface BodyToSign {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the platform would send as `content-type` when the caller names none. */
  readonly contentType: string | null;
}

const DEFAULT_SCHEME = { scheme: 'ACS3-HMAC-SHA256' } as const;

/**
 * Makes a `fetch` that signs: same arguments, same answer. A body may be whatever `fetch` takes; one that is a
 * stream, that of a `Request` among them, only with `bufferedStreamBytes`. An operation of an RPC-style API is named
 * by the headers `x-acs-action` and `x-acs-version` (ACS3, ACS4), or by the parameters `Action` and `Version`
 * (RPC 1.0).
 *
 * It never follows a redirect, since a signature is good for one address only: the answer with its `Location` is
 * what the caller gets, whatever `redirect` says, except `error`. It tries nothing twice.
 *
 * @param credentials whose key signs, or a function that knows
 * @throws TypeError (as `fetch` does, in its promise) for a body that is a stream and may not be buffered, or is too
 *   large for it, for an `authorization` header of the caller's own, and for a `host` that is not the address's
 * @throws SignatureError (in its promise) for a request that could not be verified, such as a malformed query
 * @example
 * const fetch = signedFetch({ accessKeyId: 'testid', accessKeySecret: 'testsecret' });
 * const response = await fetch('https://orders.example.com/orders', { method: 'POST', body: '{"sku":"a-1"}' });
 */
export function signedFetch(
  credentials: CredentialsProvider,
  options: SignedFetchOptions = {},
): typeof fetch {
  const {
    fetch: send = globalThis.fetch,
    now = Date.now,
    nonce = () => crypto.randomUUID(),
    bufferedStreamBytes = 0,
  } = options;
  const scheme: SchemeOptions = options.scheme === undefined ? DEFAULT_SCHEME : options;
  return async (input, init = {}) => {
    const request = input instanceof Request ? input : undefined;
    const url = new URL(request?.url ?? String(input));
    const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
    const headers = new Headers(init.headers ?? request?.headers);
    // Read before anything is waited for, so that nobody can change what is signed.
    const body = await readBody(init.body ?? request?.body ?? null, bufferedStreamBytes);
    if (headers.has('authorization')) {
      throw new TypeError('the header `authorization` is the signature: leave it to signedFetch');
    }
    if (!headers.has('content-type') && body.contentType !== null) {
      headers.set('content-type', body.contentType);
    }
    // fetch would add this one by itself, after it was signed that there is none.
    if (!headers.has('accept')) headers.set('accept', '*/*');
    const host = headers.get('host') ?? url.host;
    if (host !== url.host) {
      throw new TypeError(`fetch sends the host of the address, \`${url.host}\`, and not \`${host}\``);
    }
    headers.set('host', host);
    const signed = signRequest(
      { method, target: url.pathname + url.search, headers: [...headers], body: body.bytes },
      typeof credentials === 'function' ? await credentials() : credentials,
      { ...scheme, now: now(), nonce: nonce() },
    );
    return send(new URL(signed.target, url), {
      ...inheritedInit(request),
      ...init,
      method,
      headers: sendableHeaders(signed.rawHeaders),
      body: signed.body.length === 0 ? null : Buffer.from(signed.body),
      redirect: (init.redirect ?? request?.redirect) === 'error' ? 'error' : 'manual',
    });
  };
}

async function readBody(body: Body | null, limit: number): Promise<BodyToSign> {
  if (body === null) return { bytes: new Uint8Array(0), contentType: null };
  if (isStream(body)) return { bytes: await readStream(body, limit), contentType: null };
  // What carries an answer's body knows how fetch writes each kind of body, forms with files included.
  const carrier = new Response(body);
  const contentType = carrier.headers.get('content-type');
  return { bytes: new Uint8Array(await carrier.arrayBuffer()), contentType };
}

function isStream(body: Body): body is ReadableStream | AsyncIterable<Uint8Array> {
  return body instanceof ReadableStream || (typeof body === 'object' && Symbol.asyncIterator in body);
}

async function readStream(stream: AsyncIterable<unknown>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (limit === 0) {
    throw new TypeError(
      'the body is a stream, and its hash must be signed before it is sent: give the bytes, or set bufferedStreamBytes',
    );
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a body that is a stream must consist of bytes');
    length += chunk.length;
    if (length > limit) {
      throw new TypeError(`the body is a stream of more than ${limit} bytes (bufferedStreamBytes)`);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** What a `Request` says besides, and fetch would have taken from it. */
function inheritedInit(request: Request | undefined): RequestInit {
  if (request === undefined) return {};
  const { credentials, keepalive, referrerPolicy, signal } = request;
  return { credentials, keepalive, referrerPolicy, signal };
}

/** The headers to hand on: the platform writes `host` itself, and a browser refuses to be told. */
function sendableHeaders(rawHeaders: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at] !== 'host') headers.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  }
  return headers;
}
