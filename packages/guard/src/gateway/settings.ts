import { isLoopbackHost } from '@claviger/policy';
import { parseTrustedProxies } from '../client-address.ts';
import type { ListenAddress } from '../http/listener.ts';
import { parseRateLimit } from '../rate-limit/rate-limit.ts';
import type { RateLimits } from '../rate-limit/rate-limiter.ts';
import { VpcNetworks } from '../vpc-networks.ts';
import { anyText, duration, Misread, type Section, sizeBytes, word, yesOrNo } from './settings-section.ts';
import type { IdentityTokenScope } from './token-issuer.ts';

/** Files of a certificate chain and its key. */
export interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
  /** Whether answers tell browsers to use TLS only (`Strict-Transport-Security`). */
  readonly hsts: boolean;
}

/** Settings of every process that guards services. */
export interface SharedSettings {
  readonly tls: TlsSettings | undefined;
  readonly admin: ListenAddress | undefined;
  readonly source: SourceSettings;
  /** Maximum size of the request line and all headers together, in bytes. */
  readonly headerLimit: number;
  readonly rateLimits: RateLimits;
  readonly identity: IdentitySettings;
  /** Networks named as VPCs, `vpc-build=10.20.0.0/16`. */
  readonly vpc: readonly string[];
  /** Directory of nonces that survive restarts; undefined: memory only. */
  readonly nonceDirectory: string | undefined;
}

/** Their names in the file. */
export const SHARED_FIELDS = [
  'tls',
  'admin',
  'source',
  'headerLimit',
  'rateLimits',
  'identity',
  'vpc',
  'nonces',
] as const;

/** Source of credentials. */
export interface SourceSettings {
  readonly server: string;
  /** Registered name of this guard. */
  readonly guardName: string | undefined;
  readonly caFile: string | undefined;
  /** Maximum age of credentials while the server is unreachable, in milliseconds. */
  readonly maxStalenessMs: number;
}

/** Settings of identity tokens. */
export interface IdentitySettings {
  readonly issuer: string;
  /** Time that each key signs, in milliseconds. */
  readonly keyLifetimeMs: number;
}

/** Service map: a file, or an OpenAPI document with the service's code. */
export type MapSettings =
  | { readonly file: string }
  | { readonly openApiFile: string; readonly service: string; readonly region: string | undefined };

/** Settings of every service: its map, its hosts, its identity tokens. */
export interface ProtectedServiceSettings {
  readonly map: MapSettings;
  /** In lower case, without ports; empty: every host that no other service has. */
  readonly hosts: readonly string[];
  /** Undefined if not configured: the default depends on whether the body is seen. */
  readonly identityToken: IdentityTokenScope | 'none' | undefined;
}

export const MINUTE = 60_000;
const DEFAULT_HEADER_LIMIT = 32 * 1024;

/** Parses `127.0.0.1:8080`, `[::1]:8080` or `:8080`; port 0 means any free one. */
export function networkAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new Misread('is not an address: expected `127.0.0.1:8080`, `[::1]:8080` or `:8080`');
  }
  const host = match[1] ?? match[2] ?? '';
  return host === '' ? { port } : { host, port };
}

/** Parses a network address, or `unix:/run/claviger/auth.sock`. */
export function anyAddress(text: string): ListenAddress {
  if (/^unix:\/./.test(text)) return { path: text.slice('unix:'.length) };
  if (text.startsWith('unix:')) throw new Misread('is not a socket: expected `unix:/run/claviger/auth.sock`');
  return networkAddress(text);
}

/** Parses an address or block of addresses of proxies. */
export function proxyNetwork(text: string): string {
  try {
    parseTrustedProxies([text]);
  } catch (error) {
    throw new Misread((error as Error).message.replace(/^trusted proxy `.*` /, ''));
  }
  return text;
}

/** Parses `http://HOST:PORT` or `https://HOST:PORT`, without a path. */
export function originUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\/[^/?#@\s]+\/?$/i.test(text)) {
    throw new Misread('is not an origin: expected `http://HOST:PORT` or `https://HOST:PORT`, without a path');
  }
  return url;
}

function hostName(text: string): string {
  if (!/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/.test(text)) {
    throw new Misread('is not a host: expected a name or an address, without a port');
  }
  return text.toLowerCase();
}

function rateText(text: string): string {
  if (parseRateLimit(text) === undefined) {
    throw new Misread(
      'is not a rate: expected calls per `s`, `m` or `h`, as in `100/s` or `100/s burst 200`',
    );
  }
  return text;
}

/** Reads `tls: { cert, key, hsts }`. @param file resolves a path in the file */
function readTls(
  tls: Section<'cert' | 'key' | 'hsts'>,
  file: (text: string) => string,
): TlsSettings | undefined {
  const certFile = tls.need('cert', file);
  const keyFile = tls.need('key', file);
  const hsts = tls.read('hsts', yesOrNo, true);
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile, hsts };
}

/** Reads `source: { server, name, ca, maxStaleness }`. */
function readSource(
  source: Section<(typeof SOURCE_FIELDS)[number]>,
  file: (text: string) => string,
): SourceSettings {
  return {
    server: source.need('server', serverUrl) ?? '',
    guardName: source.read('name', guardName, undefined),
    caFile: source.read('ca', file, undefined),
    maxStalenessMs: source.read('maxStaleness', duration({ least: '15s' }), 5 * MINUTE),
  };
}

const SOURCE_FIELDS = ['server', 'name', 'ca', 'maxStaleness'] as const;

function serverUrl(text: string): string {
  const url = originUrl(text);
  // Secrets are sealed in any case; but the server is authenticated by TLS only.
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw new Misread('is not encrypted: use `https://`');
  return url.origin;
}

function guardName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new Misread('is not a name: expected 1 to 64 letters, digits, `.`, `_` or `-`');
}

/** Reads `identity: { issuer, keyLifetime }`. */
function readIdentity(identity: Section<'issuer' | 'keyLifetime'>): IdentitySettings {
  return {
    issuer: identity.read('issuer', (text) => text, 'claviger-gateway'),
    keyLifetimeMs: identity.read('keyLifetime', duration({ least: '5m' }), 24 * 60 * MINUTE),
  };
}

/** Reads `rateLimits: { perKey, perPrincipal }`. */
function readRateLimits(limits: Section<'perKey' | 'perPrincipal'>): RateLimits {
  const perKey = limits.read('perKey', rateText, undefined);
  const perPrincipal = limits.read('perPrincipal', rateText, undefined);
  return {
    ...(perKey === undefined ? {} : { perKey }),
    ...(perPrincipal === undefined ? {} : { perPrincipal }),
  };
}

/** Reads `vpc: [vpc-build=10.20.0.0/16]`. */
function readVpc<Name extends string>(root: Section<Name | 'vpc'>): readonly string[] {
  const list = root.list('vpc', (text) => {
    try {
      new VpcNetworks([text]);
    } catch (error) {
      throw new Misread((error as Error).message.replace(/^network `.*` /, ''));
    }
    return text;
  });
  try {
    new VpcNetworks(list);
  } catch (error) {
    root.fault('vpc', (error as Error).message);
  }
  return list;
}

/** Fields of every service, by their names in the file. */
export const SERVICE_FIELDS = ['map', 'openApi', 'service', 'region', 'hosts', 'identityToken'] as const;

/** Reads `map`, or `openApi` with `service` and `region`; `hosts` and `identityToken`. */
export function readProtectedService<Name extends string>(
  service: Section<Name | (typeof SERVICE_FIELDS)[number]>,
  file: (text: string) => string,
): ProtectedServiceSettings {
  return {
    map: readMap(service, file),
    hosts: service.list('hosts', hostName),
    identityToken: service.read('identityToken', word('caller', 'request', 'none'), undefined),
  };
}

function readMap<Name extends string>(
  service: Section<Name | (typeof SERVICE_FIELDS)[number]>,
  file: (text: string) => string,
): MapSettings {
  if (!service.has('openApi')) {
    for (const name of ['service', 'region'] as const) {
      if (service.has(name)) service.fault(name, `\`${name}\` is in the map; it is for \`openApi\` only`);
    }
    return { file: service.need('map', file) ?? '' };
  }
  if (service.has('map')) service.fault('openApi', 'a service has either `map` or `openApi`');
  return {
    openApiFile: service.need('openApi', file) ?? '',
    service: service.need('service', anyText) ?? '',
    region: service.read('region', anyText, undefined),
  };
}

/**
 * Reports a fault if a request could belong to two services, and warns about a service without hosts: it also
 * accepts requests that were signed for another service of the same key.
 */
export function assertDistinctHosts<Name extends string>(
  services: readonly { readonly section: Section<Name | 'hosts'>; readonly hosts: readonly string[] }[],
): void {
  const seen = new Set<string>();
  for (const { section, hosts } of services) {
    if (hosts.length === 0) {
      section.warn(
        'there are no `hosts`: the service accepts requests to any host, also those that were signed for another service. Name the hosts of the service',
      );
    }
    for (const host of hosts.length === 0 ? [''] : hosts) {
      if (seen.has(host)) {
        const message =
          host === ''
            ? 'two services have no `hosts`: they cannot be distinguished'
            : `the host \`${host}\` belongs to another service already`;
        section.fault(host === '' ? undefined : 'hosts', message);
      }
      seen.add(host);
    }
  }
}

/** Parses a limit of headers that Node supports. */
function headerLimitBytes(text: string): number {
  const bytes = sizeBytes(text);
  if (bytes < 4096 || bytes > 1024 * 1024) throw new Misread('is not between `4KiB` and `1MiB`');
  return bytes;
}

/**
 * Reads the settings of every process that guards services.
 *
 * @param file resolves a path in the file
 */
export function readShared<Name extends string>(
  root: Section<Name | (typeof SHARED_FIELDS)[number]>,
  file: (text: string) => string,
): SharedSettings {
  if (!root.has('source')) root.fault(undefined, 'the field `source` is missing');
  return {
    tls: root.has('tls') ? readTls(root.section('tls', ['cert', 'key', 'hsts']), file) : undefined,
    admin: root.has('admin') ? root.section('admin', ['listen']).need('listen', networkAddress) : undefined,
    source: root.has('source')
      ? readSource(root.section('source', SOURCE_FIELDS), file)
      : { server: '', guardName: undefined, caFile: undefined, maxStalenessMs: 0 },
    headerLimit: root.read('headerLimit', headerLimitBytes, DEFAULT_HEADER_LIMIT),
    rateLimits: readRateLimits(root.section('rateLimits', ['perKey', 'perPrincipal'])),
    nonceDirectory: root.section('nonces', ['directory']).read('directory', file, undefined),
    identity: readIdentity(root.section('identity', ['issuer', 'keyLifetime'])),
    vpc: readVpc(root),
  };
}
