import { headerKind } from '../gateway/header-kind.ts';

/** Supported kinds of proxies. */
export const PROXY_KINDS = ['nginx', 'traefik', 'caddy', 'envoy'] as const;
export type ProxyKind = (typeof PROXY_KINDS)[number];

/** Head of a request as the client sent it to the proxy. */
export interface OriginalRequest {
  readonly ok: true;
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  readonly host: string;
  /** The client's headers and the proxy's `X-Forwarded-For` and `-Proto`: name, value, name, value … */
  readonly rawHeaders: string[];
}

/** Problem that shows a misconfigured proxy. */
export interface UnknownOriginal {
  readonly ok: false;
  readonly problem: string;
}

/**
 * Headers in which a kind of proxy reports the client's request; it must set these itself, whatever the
 * client sent.
 */
interface Dialect {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly host: string;
}

const DIALECTS: Readonly<Record<ProxyKind, Dialect>> = {
  nginx: { method: 'x-original-method', target: 'x-original-uri', host: 'host' },
  traefik: { method: 'x-forwarded-method', target: 'x-forwarded-uri', host: 'x-forwarded-host' },
  caddy: { method: 'x-forwarded-method', target: 'x-forwarded-uri', host: 'x-forwarded-host' },
  // Envoy asks with the client's method, path and host, the path after a prefix.
  envoy: { method: undefined, target: undefined, host: 'host' },
};

/** Headers of the connection between the proxy and this endpoint, or of the question's own body. */
const OF_THE_QUESTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'x-forwarded-host',
  'x-forwarded-method',
  'x-forwarded-uri',
]);

/**
 * Returns the request that a proxy asks about.
 *
 * The path determines the kind of proxy, and the kind the headers to read: a header of another kind is never
 * read, since the client may have sent it.
 *
 * @param kind kind of the asking proxy
 * @param asked its question; `rest` is the path after the kind, with the query
 */
export function originalRequest(
  kind: ProxyKind,
  asked: { readonly method: string; readonly rest: string; readonly rawHeaders: readonly string[] },
): OriginalRequest | UnknownOriginal {
  const dialect = DIALECTS[kind];
  const told = new Map<string, string>();
  const rawHeaders: string[] = [];
  for (let at = 0; at + 1 < asked.rawHeaders.length; at += 2) {
    const name = asked.rawHeaders[at]!;
    const value = asked.rawHeaders[at + 1]!;
    const lower = name.toLowerCase();
    if (lower === dialect.method || lower === dialect.target || lower === dialect.host) {
      if (told.has(lower)) return unknown(`the header \`${lower}\` occurs twice`);
      told.set(lower, value);
    } else if (lower !== 'host' && !OF_THE_QUESTION.has(lower)) {
      rawHeaders.push(name, value);
    }
  }
  const method = dialect.method === undefined ? asked.method : told.get(dialect.method);
  const target = dialect.target === undefined ? asked.rest : told.get(dialect.target);
  const host = told.get(dialect.host);
  if (method === undefined || method === '') return unknown(`the header \`${dialect.method}\` is missing`);
  if (target === undefined || target === '') return unknown(`the header \`${dialect.target}\` is missing`);
  if (host === undefined || host === '') return unknown(`the header \`${dialect.host}\` is missing`);
  rawHeaders.push('host', host);
  return { ok: true, method, target, host, rawHeaders };
}

/** Returns a header that only Claviger may set, in any spelling, if the client sent one. */
export function spoofedHeader(rawHeaders: readonly string[]): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (headerKind(rawHeaders[at]!) === 'ours') return rawHeaders[at];
  }
  return undefined;
}

function unknown(problem: string): UnknownOriginal {
  return { ok: false, problem };
}
