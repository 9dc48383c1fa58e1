import { dirname, resolve } from 'node:path';
import { type ForwardAuthSettings, readForwardAuth } from '../forward-auth/forward-auth-configuration.ts';
import type { ListenAddress } from '../http/listener.ts';
import { YamlReader } from '../service-map/yaml-reader.ts';
import {
  assertDistinctHosts,
  MINUTE,
  networkAddress,
  originUrl,
  type ProtectedServiceSettings,
  proxyNetwork,
  readProtectedService,
  readShared,
  SERVICE_FIELDS,
  SHARED_FIELDS,
  type SharedSettings,
} from './settings.ts';
import {
  anyText,
  duration,
  GatewayConfigurationError,
  placedTexts,
  Section,
  sizeBytes,
  wholeNumber,
  word,
  yesOrNo,
} from './settings-section.ts';

/** Service behind the gateway, and how to connect to it. */
export interface UpstreamSettings {
  readonly name: string;
  /** All with one protocol, and the same service at each. */
  readonly urls: readonly URL[];
  readonly timeouts: { readonly connectMs: number; readonly responseMs: number; readonly idleMs: number };
  readonly pool: { readonly maxConnections: number; readonly maxIdle: number; readonly idleMs: number };
  readonly tls: {
    readonly caFile: string | undefined;
    readonly serverName: string | undefined;
    readonly certFile: string | undefined;
    readonly keyFile: string | undefined;
  };
  /** Number of consecutive failures after which an address rests, and for how long. */
  readonly health: { readonly failures: number; readonly restMs: number };
}

/** Service that the gateway protects. */
export interface GatewayServiceSettings extends ProtectedServiceSettings {
  readonly upstream: string;
  /** `Host` that the service receives: the client's, or its own address. */
  readonly host: 'client' | 'upstream';
  /** Whether WebSockets are passed through, and their maximum duration in milliseconds. */
  readonly upgrades: boolean;
  readonly maxUpgradeMs: number;
}

/** Configuration of a gateway. */
export interface GatewayConfiguration extends SharedSettings {
  readonly listen: ListenAddress;
  readonly trustedProxies: readonly string[];
  readonly bodyLimit: number;
  readonly upstreams: readonly UpstreamSettings[];
  readonly services: readonly GatewayServiceSettings[];
  readonly forwardAuth: ForwardAuthSettings | undefined;
  /** Warnings about a valid configuration, `FILE:LINE:COLUMN: MESSAGE`. */
  readonly warnings: readonly string[];
}

/**
 * Parses the configuration of a gateway.
 *
 * @param text YAML or JSON
 * @param file its path: paths in it are relative to that
 * @throws GatewayConfigurationError with file, line and column of all faults
 */
export function parseGatewayConfiguration(text: string, file: string): GatewayConfiguration {
  const reader = new YamlReader(text);
  if (reader.faults.length > 0) throw GatewayConfigurationError.of(file, reader.faults);
  const path = (written: string) => resolve(dirname(file), written);
  const root = new Section(
    reader,
    reader.root,
    [...SHARED_FIELDS, 'listen', 'trustedProxies', 'bodyLimit', 'upstreams', 'services', 'forwardAuth'],
    'a gateway configuration',
  );
  if (reader.root === undefined) root.fault(undefined, 'the file is empty');
  const listen = root.need('listen', networkAddress) ?? { port: 0 };
  if (!root.has('upstreams')) root.fault(undefined, 'the field `upstreams` is missing');
  const upstreams = root
    .members('upstreams')
    .map(({ name, value }) => readUpstream(reader, name, value, path));
  const services = root.nodes('services', 1).map((node) => readService(reader, node, path));
  for (const { section, settings } of services) {
    if (upstreams.some(({ name }) => name === settings.upstream)) continue;
    if (settings.upstream !== '') section.fault('upstream', `there is no upstream \`${settings.upstream}\``);
  }
  assertDistinctHosts(services.map(({ section, settings }) => ({ section, hosts: settings.hosts })));
  const configuration: GatewayConfiguration = {
    listen,
    ...readShared(root, path),
    trustedProxies: root.list('trustedProxies', proxyNetwork),
    bodyLimit: root.read('bodyLimit', sizeBytes, 10 * 1024 * 1024),
    upstreams,
    services: services.map(({ settings }) => settings),
    forwardAuth: root.has('forwardAuth')
      ? readForwardAuth(root.section('forwardAuth', ['listen', 'proxies', 'trustedProxies']))
      : undefined,
    warnings: placedTexts(file, reader.warnings),
  };
  if (reader.faults.length > 0) throw GatewayConfigurationError.of(file, reader.faults);
  return configuration;
}

type Node = YamlReader['root'];

function readUpstream(
  reader: YamlReader,
  name: string,
  node: Node,
  path: (text: string) => string,
): UpstreamSettings {
  const section = new Section(reader, node, ['urls', 'timeouts', 'pool', 'tls', 'health'], 'an upstream');
  const urls = section.list('urls', originUrl, 1);
  if (urls.some(({ protocol }) => protocol !== urls[0]?.protocol)) {
    section.fault('urls', 'all of `urls` must have the same protocol');
  }
  const timeouts = section.section('timeouts', ['connect', 'response', 'idle']);
  const pool = section.section('pool', ['maxConnections', 'maxIdle', 'idle']);
  const tls = section.section('tls', ['ca', 'serverName', 'cert', 'key']);
  const health = section.section('health', ['failures', 'rest']);
  if (section.has('tls') && urls[0]?.protocol === 'http:') {
    section.fault('tls', 'an `http:` address cannot have TLS');
  }
  if (tls.has('cert') !== tls.has('key')) tls.fault(undefined, '`cert` and `key` need each other');
  return {
    name,
    urls,
    timeouts: {
      connectMs: timeouts.read('connect', duration(), 5000),
      responseMs: timeouts.read('response', duration(), MINUTE),
      idleMs: timeouts.read('idle', duration(), MINUTE),
    },
    pool: {
      maxConnections: pool.read('maxConnections', wholeNumber(1, 65_535), 512),
      maxIdle: pool.read('maxIdle', wholeNumber(0, 65_535), 256),
      idleMs: pool.read('idle', duration(), 30_000),
    },
    tls: {
      caFile: tls.read('ca', path, undefined),
      serverName: tls.read('serverName', anyText, undefined),
      certFile: tls.read('cert', path, undefined),
      keyFile: tls.read('key', path, undefined),
    },
    health: {
      failures: health.read('failures', wholeNumber(1, 1000), 3),
      restMs: health.read('rest', duration(), 10_000),
    },
  };
}

function readService(reader: YamlReader, node: Node, path: (text: string) => string) {
  const section = new Section(
    reader,
    node,
    [...SERVICE_FIELDS, 'upstream', 'host', 'upgrades', 'maxUpgradeTime'],
    'a service',
  );
  const settings: GatewayServiceSettings = {
    ...readProtectedService(section, path),
    upstream: section.need('upstream', anyText) ?? '',
    host: section.read('host', word('client', 'upstream'), 'client'),
    upgrades: section.read('upgrades', yesOrNo, true),
    maxUpgradeMs: section.read('maxUpgradeTime', duration(), 60 * MINUTE),
  };
  return { section, settings };
}
