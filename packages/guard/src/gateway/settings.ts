import { isLoopbackHost } from '@claviger/policy';
import { parseTrustedProxies } from '../client-address.ts';
import type { ListenAddress } from '../http/listener.ts';
import { parseRateLimit } from '../rate-limit/rate-limit.ts';
import type { RateLimits } from '../rate-limit/rate-limiter.ts';
import { VpcNetworks } from '../vpc-networks.ts';
import { anyText, duration, Misread, type Section, sizeBytes, word, yesOrNo } from './settings-section.ts';
import type { IdentityTokenScope } from './token-issuer.ts';

/** A certificate chain and its key, as files. */
export interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
  /** Whether answers tell browsers to use nothing but TLS (`Strict-Transport-Security`). */
  readonly hsts: boolean;
}

/** What every process that guards services is told. */
export interface SharedSettings {
  readonly tls: TlsSettings | undefined;
  readonly admin: ListenAddress | undefined;
  readonly source: SourceSettings;
  /** Of the request line and all headers together, in bytes. */
  readonly headerLimit: number;
  readonly rateLimits: RateLimits;
  readonly identity: IdentitySettings;
  /** Networks with the names of VPCs, `vpc-build=10.20.0.0/16`. */
  readonly vpc: readonly string[];
  /** Where nonces are kept across restarts; undefined: in this process alone. */
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

/** Where credentials come from. */
export interface SourceSettings {
  readonly server: string;
  /** What this guard is called in the policies of its AccessKey. */
  readonly guardName: string | undefined;
  readonly caFile: string | undefined;
  /** How long checks go on when the server is away, in milliseconds. */
  readonly maxStalenessMs: number;
}

/** How identities are vouched for. */
export interface IdentitySettings {
  readonly issuer: string;
  /** How long each key signs, in milliseconds. */
  readonly keyLifetimeMs: number;
}

/** What the requests to a service mean: a file of its own, or an OpenAPI document and the service's code. */
export type MapSettings =
  | { readonly file: string }
  | { readonly openApiFile: string; readonly service: string; readonly region: string | undefined };

/** What every service has: its map, the hosts it is found under, what its identity tokens vouch for. */
export interface ProtectedServiceSettings {
  readonly map: MapSettings;
  /** In lower case, without ports; none means every host that no other service has. */
  readonly hosts: readonly string[];
  /** Undefined when the file does not say: then it depends on whether the body is looked at here. */
  readonly identityToken: IdentityTokenScope | 'none' | undefined;
}

export const MINUTE = 60_000;
const DEFAULT_HEADER_LIMIT = 32 * 1024;

/** `127.0.0.1:8080`, `[::1]:8080`, `:8080`; port 0 means any free one. */
export function networkAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new Misread('is no address: write `127.0.0.1:8080`, `[::1]:8080` or `:8080`');
  }
  const host = match[1] ?? match[2] ?? '';
  return host === '' ? { port } : { host, port };
}

/** The same, or `unix:/run/claviger/auth.sock`. */
export function anyAddress(text: string): ListenAddress {
  if (/^unix:\/./.test(text)) return { path: text.slice('unix:'.length) };
  if (text.startsWith('unix:')) throw new Misread('is no socket: write `unix:/run/claviger/auth.sock`');
  return networkAddress(text);
}

/** An address or block of addresses of proxies. */
export function proxyNetwork(text: string): string {
  try {
    parseTrustedProxies([text]);
  } catch (error) {
    throw new Misread((error as Error).message.replace(/^trusted proxy `.*` /, ''));
  }
  return text;
}

/** `http://HOST:PORT` or `https://HOST:PORT`, with nothing behind it. */
export function originUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\/[^/?#@\s]+\/?$/i.test(text)) {
    throw new Misread(
      'is no address: write `http://HOST:PORT` or `https://HOST:PORT`, with nothing behind it',
    );
  }
  return url;
}

function hostName(text: string): string {
  if (!/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])$/.test(text)) {
    throw new Misread('is no host: write a name or an address, without a port');
  }
  return text.toLowerCase();
}

function rateText(text: string): string {
  if (parseRateLimit(text) === undefined) {
    throw new Misread('is no rate: write calls for each `s`, `m` or `h`, as in `100/s` or `100/s burst 200`');
  }
  return text;
}

/** `tls: { cert, key, hsts }`. @param file makes a path of what is written */
function readTls(
  tls: Section<'cert' | 'key' | 'hsts'>,
  file: (text: string) => string,
): TlsSettings | undefined {
  const certFile = tls.need('cert', file);
  const keyFile = tls.need('key', file);
  const hsts = tls.read('hsts', yesOrNo, true);
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile, hsts };
}

/** `source: { server, name, ca, maxStaleness }`. */
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
  // Secrets are sealed all the same; but who is who is known by TLS alone.
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw new Misread('is not encrypted: write `https://`');
  return url.origin;
}

function guardName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new Misread('is no name: write 1 to 64 letters, digits, `.`, `_` or `-`');
}

/** `identity: { issuer, keyLifetime }`. */
function readIdentity(identity: Section<'issuer' | 'keyLifetime'>): IdentitySettings {
  return {
    issuer: identity.read('issuer', (text) => text, 'claviger-gateway'),
    keyLifetimeMs: identity.read('keyLifetime', duration({ least: '5m' }), 24 * 60 * MINUTE),
  };
}

/** `rateLimits: { perKey, perPrincipal }`. */
function readRateLimits(limits: Section<'perKey' | 'perPrincipal'>): RateLimits {
  const perKey = limits.read('perKey', rateText, undefined);
  const perPrincipal = limits.read('perPrincipal', rateText, undefined);
  return {
    ...(perKey === undefined ? {} : { perKey }),
    ...(perPrincipal === undefined ? {} : { perPrincipal }),
  };
}

/** `vpc: [vpc-build=10.20.0.0/16]`. */
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

/** What every service has, by its names in the file. */
export const SERVICE_FIELDS = ['map', 'openApi', 'service', 'region', 'hosts', 'identityToken'] as const;

/** `map`, or `openApi` with `service` and `region`; `hosts` and `identityToken`. */
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
      if (service.has(name)) service.fault(name, `\`${name}\` stands in the map; it is for \`openApi\` only`);
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
 * Notes a fault when a request could belong to two services, and warns of a service that takes requests to any host:
 * also those that were signed for another service of the same key.
 */
export function assertDistinctHosts<Name extends string>(
  services: readonly { readonly section: Section<Name | 'hosts'>; readonly hosts: readonly string[] }[],
): void {
  const seen = new Set<string>();
  for (const { section, hosts } of services) {
    if (hosts.length === 0) {
      section.warn(
        'there are no `hosts`: the service takes requests to any host, also those that were signed for another service. Name the hosts by which it is called',
      );
    }
    for (const host of hosts.length === 0 ? [''] : hosts) {
      if (seen.has(host)) {
        const message =
          host === ''
            ? 'two services have no `hosts`: then nobody could tell them apart'
            : `the host \`${host}\` belongs to another service already`;
        section.fault(host === '' ? undefined : 'hosts', message);
      }
      seen.add(host);
    }
  }
}

/** A limit of headers that Node can keep. */
function headerLimitBytes(text: string): number {
  const bytes = sizeBytes(text);
  if (bytes < 4096 || bytes > 1024 * 1024) throw new Misread('is not between `4KiB` and `1MiB`');
  return bytes;
}

/**
 * What every process that guards services is told.
 * @param file makes a path of what is written
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
