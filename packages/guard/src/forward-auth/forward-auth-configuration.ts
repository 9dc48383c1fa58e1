import { dirname, resolve } from 'node:path';
import {
  anyAddress,
  assertDistinctHosts,
  type ProtectedServiceSettings,
  proxyNetwork,
  readProtectedService,
  readShared,
  SERVICE_FIELDS,
  SHARED_FIELDS,
  type SharedSettings,
} from '../gateway/settings.ts';
import { GatewayConfigurationError, placedTexts, Section } from '../gateway/settings-section.ts';
import type { ListenAddress } from '../http/listener.ts';
import { YamlReader } from '../service-map/yaml-reader.ts';

/** Listening address of a forward-auth endpoint, and its proxies. */
export interface ForwardAuthSettings {
  readonly listen: ListenAddress;
  /** Addresses and blocks of the proxies that may ask; on a Unix socket every client may. */
  readonly proxies: readonly string[];
  /** Proxies in front of those, whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: readonly string[];
}

/** Configuration of a forward-auth endpoint. */
export interface ForwardAuthConfiguration extends ForwardAuthSettings, SharedSettings {
  readonly services: readonly ProtectedServiceSettings[];
  /** Warnings about a valid configuration, `FILE:LINE:COLUMN: MESSAGE`. */
  readonly warnings: readonly string[];
}

/** Reads `listen`, `proxies` and `trustedProxies`. */
export function readForwardAuth<Name extends string>(
  section: Section<Name | 'listen' | 'proxies' | 'trustedProxies'>,
): ForwardAuthSettings {
  const listen = section.need('listen', anyAddress) ?? { port: 0 };
  const proxies = section.list('proxies', proxyNetwork);
  if (proxies.length === 0 && 'port' in listen) {
    section.fault(
      undefined,
      'the field `proxies` is missing: no proxy could ask. Name the addresses of your proxies',
    );
  }
  return { listen, proxies, trustedProxies: section.list('trustedProxies', proxyNetwork) };
}

/**
 * Parses the configuration of a stand-alone forward-auth endpoint.
 *
 * @param text YAML or JSON
 * @param file its path: paths in it are relative to that
 * @throws GatewayConfigurationError with file, line and column of all faults
 */
export function parseForwardAuthConfiguration(text: string, file: string): ForwardAuthConfiguration {
  const reader = new YamlReader(text);
  if (reader.faults.length > 0) throw GatewayConfigurationError.of(file, reader.faults);
  const path = (written: string) => resolve(dirname(file), written);
  const root = new Section(
    reader,
    reader.root,
    [...SHARED_FIELDS, 'listen', 'proxies', 'trustedProxies', 'services'],
    'a forward-auth configuration',
  );
  if (reader.root === undefined) root.fault(undefined, 'the file is empty');
  const settings = readForwardAuth(root);
  if (root.has('tls') && 'path' in settings.listen) root.fault('tls', 'a Unix socket cannot have TLS');
  const services = root.nodes('services', 1).map((node) => {
    const section = new Section(reader, node, SERVICE_FIELDS, 'a service');
    return { section, service: readProtectedService(section, path) };
  });
  assertDistinctHosts(services.map(({ section, service }) => ({ section, hosts: service.hosts })));
  const configuration: ForwardAuthConfiguration = {
    ...settings,
    ...readShared(root, path),
    services: services.map(({ service }) => service),
    warnings: placedTexts(file, reader.warnings),
  };
  if (reader.faults.length > 0) throw GatewayConfigurationError.of(file, reader.faults);
  return configuration;
}
