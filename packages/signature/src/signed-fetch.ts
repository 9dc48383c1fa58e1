import { type SchemeOptions, type SigningCredentials, signRequest } from './sign.ts';

/** Dependencies of {@link signedFetch}. */
interface SignedFetchDependencies {
  /** Sends the signed request. Default: the platform's `fetch`. */
  readonly fetch?: typeof fetch;
  /** Clock, in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
  /** Returns an unused nonce. Default: a random UUID. */
  readonly nonce?: () => string;
  /**
   * Maximum size of a streamed body, in bytes. Its hash must be known before the first byte is sent, so it is
   * buffered in memory. Default: 0, which refuses streams.
   */
  readonly bufferedStreamBytes?: number;
}

/** Options of {@link signedFetch}. Default scheme: ACS3-HMAC-SHA256. */
export type SignedFetchOptions = SignedFetchDependencies & (SchemeOptions | { readonly scheme?: undefined });

/**
 * Access key, or a function that returns one and is called before each request, so that a temporary key can
 * be replaced.
 */
export type CredentialsProvider =
  | SigningCredentials
  | (() => SigningCredentials | Promise<SigningCredentials>);

type Body = NonNullable<RequestInit['body']>;

interface BodyToSign {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `content-type` that the platform would send when the caller names none. */
  readonly contentType: string | null;
}

const DEFAULT_SCHEME = { scheme: 'ACS3-HMAC-SHA256' } as const;

/**
 * Creates a `fetch` that signs its requests. Arguments and result are those of `fetch`; a stream as body,
 * that of a `Request` included, needs `bufferedStreamBytes`. The headers `x-acs-action` and `x-acs-version`
 * (ACS3, ACS4) or the parameters `Action` and `Version` (RPC 1.0) name the operation of an RPC-style API.
 *
 * It never follows a redirect, since a signature is valid for one address only: the caller gets the response
 * with its `Location`, whatever `redirect` says, except `error`. It does not retry.
 *
 * @param credentials key that signs, or a function that returns it
 * @throws TypeError (as `fetch`, through its promise) for a streamed body that may not be buffered or is
 *   too large, for a caller's own `authorization` header, and for a `host` that differs from the URL's
 * @throws SignatureError (through its promise) for a request that could not be verified, such as a
 *   malformed query
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
    // Read before the first await, so that the caller cannot change what is signed.
    const body = await readBody(init.body ?? request?.body ?? null, bufferedStreamBytes);
    if (headers.has('authorization')) {
      throw new TypeError('header `authorization` is set by signedFetch: remove it');
    }
    if (!headers.has('content-type') && body.contentType !== null) {
      headers.set('content-type', body.contentType);
    }
    // fetch would add this header itself, after the request was signed without it.
    if (!headers.has('accept')) headers.set('accept', '*/*');
    const host = headers.get('host') ?? url.host;
    if (host !== url.host) {
      throw new TypeError(
        `header \`host\` is \`${host}\`, but fetch sends the host of the URL, \`${url.host}\`: remove it`,
      );
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
  // A Response encodes each kind of body as fetch does, forms with files included.
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
      'the body is a stream, and its hash must be signed before it is sent: pass bytes, or set bufferedStreamBytes',
    );
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array))
      throw new TypeError('invalid streamed body: expected chunks of bytes');
    length += chunk.length;
    if (length > limit) {
      throw new TypeError(`streamed body exceeds bufferedStreamBytes, ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Returns the options of a `Request` that fetch would have used. */
function inheritedInit(request: Request | undefined): RequestInit {
  if (request === undefined) return {};
  const { credentials, keepalive, referrerPolicy, signal } = request;
  return { credentials, keepalive, referrerPolicy, signal };
}

/**
 * Returns the headers to pass on, without `host`: the platform sets it, and a browser refuses to be given it.
 */
function sendableHeaders(rawHeaders: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at] !== 'host') headers.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
  }
  return headers;
}
