import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { TlsFiles } from '../http/listener.ts';
import { ServiceMapError } from '../service-map/map-fault.ts';
import { serviceMapFromOpenApi } from '../service-map/open-api.ts';
import { parseServiceMap } from '../service-map/parse-service-map.ts';
import type { ServiceMap } from '../service-map/service-map.ts';
import { systemErrorText } from '../system-error.ts';
import {
  type GatewayConfiguration,
  parseGatewayConfiguration,
  type UpstreamSettings,
} from './gateway-configuration.ts';
import type { MapSettings, ProtectedServiceSettings, TlsSettings } from './settings.ts';
import { GatewayConfigurationError, placedTexts } from './settings-section.ts';
import type { UpstreamTls } from './upstream.ts';

/** Files of a configuration, as they were read. */
export class ConfigurationFiles {
  /** Text by absolute path. */
  readonly texts = new Map<string, string>();
  /** Warnings about valid files, `FILE:LINE:COLUMN: MESSAGE`. */
  readonly warnings = new Set<string>();

  /** Reads a file. @throws GatewayConfigurationError that names the file */
  async read(file: string): Promise<string> {
    const known = this.texts.get(file);
    if (known !== undefined) return known;
    try {
      const text = await readFile(file, 'utf8');
      this.texts.set(file, text);
      return text;
    } catch (error) {
      const reason = systemErrorText(error as NodeJS.ErrnoException);
      throw new GatewayConfigurationError(`${file} cannot be read: ${reason}`);
    }
  }

  /** Reads a service map. @throws GatewayConfigurationError with file, line and column of all faults */
  async readMap(settings: MapSettings): Promise<ServiceMap> {
    const file = 'file' in settings ? settings.file : settings.openApiFile;
    const text = await this.read(file);
    try {
      const map = 'file' in settings ? parseServiceMap(text, { file }) : fromOpenApi(text, file, settings);
      for (const warning of placedTexts(file, map.warnings)) this.warnings.add(warning);
      return map;
    } catch (error) {
      if (error instanceof ServiceMapError) throw new GatewayConfigurationError(error.message);
      throw error;
    }
  }

  /**
   * Reads certificate and key. @throws GatewayConfigurationError if they do not match; never with their
   * content
   */
  async readTls({ certFile, keyFile }: Pick<TlsSettings, 'certFile' | 'keyFile'>): Promise<TlsFiles> {
    const [cert, key] = [await this.read(certFile), await this.read(keyFile)];
    try {
      createSecureContext({ cert, key });
    } catch {
      throw new GatewayConfigurationError(
        `${certFile} and ${keyFile} are not a certificate and its key, in PEM`,
      );
    }
    return { cert, key };
  }

  /** Reads CA certificates. @throws GatewayConfigurationError if there is no certificate in the file */
  async readCa(file: string): Promise<string> {
    const ca = await this.read(file);
    if (!ca.includes('-----BEGIN CERTIFICATE-----')) {
      throw new GatewayConfigurationError(`${file}: no certificate in PEM found`);
    }
    return ca;
  }
}

function fromOpenApi(
  text: string,
  file: string,
  { service, region }: Extract<MapSettings, { openApiFile: string }>,
): ServiceMap {
  return serviceMapFromOpenApi(text, { file, service, ...(region === undefined ? {} : { region }) });
}

/** Loaded configuration of a process that guards services. */
export interface LoadedConfiguration {
  readonly configuration: {
    readonly services: readonly ProtectedServiceSettings[];
    readonly warnings: readonly string[];
    readonly nonceDirectory: string | undefined;
  };
  /** In the order of `configuration.services`. */
  readonly maps: readonly ServiceMap[];
  readonly files: ConfigurationFiles;
}

/** Returns the warnings about a valid configuration. */
export function warningsOf(loaded: Pick<LoadedConfiguration, 'files' | 'configuration'>): string[] {
  return [...loaded.configuration.warnings, ...loaded.files.warnings];
}

/** Configuration with the contents of its files. */
export interface LoadedGateway {
  readonly configuration: GatewayConfiguration;
  readonly tls: TlsFiles | undefined;
  readonly sourceCa: string | undefined;
  /** In the order of `configuration.services`. */
  readonly maps: readonly ServiceMap[];
  /** In the order of `configuration.upstreams`. */
  readonly upstreamTls: readonly UpstreamTls[];
  readonly files: ConfigurationFiles;
}

/**
 * Loads a gateway's configuration and every file that it names.
 *
 * @param file absolute path
 * @throws GatewayConfigurationError with the position of each fault
 */
export async function loadGateway(file: string): Promise<LoadedGateway> {
  const files = new ConfigurationFiles();
  const configuration = parseGatewayConfiguration(await files.read(file), file);
  const { tls, source, services, upstreams } = configuration;
  const maps: ServiceMap[] = [];
  for (const { map } of services) maps.push(await files.readMap(map));
  const upstreamTls: UpstreamTls[] = [];
  for (const upstream of upstreams) upstreamTls.push(await readUpstreamTls(files, upstream));
  return {
    configuration,
    tls: tls && (await files.readTls(tls)),
    sourceCa: source.caFile === undefined ? undefined : await files.readCa(source.caFile),
    maps,
    upstreamTls,
    files,
  };
}

async function readUpstreamTls(
  files: ConfigurationFiles,
  { tls: { caFile, certFile, keyFile } }: UpstreamSettings,
): Promise<UpstreamTls> {
  const client =
    certFile === undefined || keyFile === undefined ? undefined : await files.readTls({ certFile, keyFile });
  return {
    ...(caFile === undefined ? {} : { ca: await files.readCa(caFile) }),
    ...client,
  };
}
