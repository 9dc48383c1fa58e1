import { headerKind } from '../gateway/header-kind.ts';

/** The proxies whose way to ask is known. */
export const PROXY_KINDS = ['nginx', 'traefik', 'caddy', 'envoy'] as const;
export type ProxyKind = (typeof PROXY_KINDS)[number];

/** The head of a request as a client sent it to a proxy. */
export interface OriginalRequest {
  readonly ok: true;
  readonly method: string;
  /** Path and query as they stood on the wire. */
  readonly target: string;
  readonly host: string;
  /** Those of the client, and the proxy's `X-Forwarded-For` and `-Proto`: name, value, name, value … */
  readonly rawHeaders: string[];
}

/** Why it cannot be told: the proxy is not configured as it must be. */
export interface UnknownOriginal {
  readonly ok: false;
  readonly problem: string;
}

/** Where each kind of proxy says what the client asked for; it must set these itself, whatever the client sent. */
interface Dialect {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly host: string;
}

const DIALECTS: Readonly<Record<ProxyKind, Dialect>> = {
  nginx: { method: 'x-original-method', target: 'x-original-uri', host: 'host' },
  traefik: { method: 'x-forwarded-method', target: 'x-forwarded-uri', host: 'x-forwarded-host' },
  caddy: { method: 'x-forwarded-method', target: 'x-forwarded-uri', host: 'x-forwarded-host' },
  // Envoy asks with the method, path and host of the client, the path behind a prefix.
  envoy: { method: undefined, target: undefined, host: 'host' },
};

/** Of the connection between the proxy and us, or of the question's own body. */
const OF_THE_QUESTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'x-forwarded-host',
  'x-forwarded-method',
  'x-forwarded-uri',
]);

/**
 * The request that a proxy asks about.
 *
 * Which headers tell it is settled by the kind of proxy, and that by the path it asks at: no header that another
 * kind would set is believed, since there it is the client's own.
 *
 * @param kind of the proxy that asks
 * @param asked its question; `rest` is what follows the kind in the path, with the query
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
      if (told.has(lower)) return unknown(`the header \`${lower}\` came twice`);
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

/** A header that only we may write, in whatever spelling, that the client has sent. */
export function spoofedHeader(rawHeaders: readonly string[]): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (headerKind(rawHeaders[at]!) === 'ours') return rawHeaders[at];
  }
  return undefined;
}

function unknown(problem: string): UnknownOriginal {
  return { ok: false, problem };
}
