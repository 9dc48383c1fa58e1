import { isLoopbackHost } from '@claviger/policy';
import { ConfigurationError } from '../errors/configuration-error.ts';
import { hostNameOf } from './host-name.ts';

/** Settings of the names under which a listener is reached. */
export interface HostSettings {
  /** Address that it listens on. */
  readonly host: string;
  /** `--hosts`; `*` for any. */
  readonly hosts: readonly string[];
  /** `--public-url` */
  readonly publicUrl?: string | undefined;
}

/**
 * Returns the hosts that requests may name: those of `--hosts` and of `--public-url`.
 * @returns `undefined` if any is allowed
 */
export function namedHosts({ hosts, publicUrl }: HostSettings): ReadonlySet<string> | undefined {
  if (hosts.includes('*')) return undefined;
  const names = hosts.map(hostNameOf);
  if (publicUrl !== undefined) names.push(hostNameOf(new URL(publicUrl).host));
  return names.length === 0 ? undefined : new Set(names);
}

/**
 * Asserts that a listener beyond this machine has configured host names: a page of another site could otherwise reach
 * the server under a name of its own (DNS rebinding), and links would be made of what clients send.
 * @throws ConfigurationError that names the missing setting
 */
export function assertHostsConfigured(settings: HostSettings): void {
  const { host, hosts, publicUrl } = settings;
  if (hosts.length > 0 || publicUrl !== undefined || isLoopbackHost(hostNameOf(host) || host)) return;
  throw new ConfigurationError(
    '--host',
    `${host} is reached from other machines: give the address that browsers have, --public-url https://keys.example.com, ` +
      "or the hosts that requests name, --hosts keys.example.com,10.0.0.5 (--hosts '*' for any)",
  );
}

/**
 * Returns whether a request may be answered, by the host that it names. `GET /healthz` may always name this machine,
 * for health checks beside the server.
 * @param named as `namedHosts` returns it
 * @param host the `Host` header; empty if absent
 * @param target request target; in absolute form it names a host as well, and both have to be known
 */
export function isNamedHost(named: ReadonlySet<string> | undefined, host: string, target: string): boolean {
  if (named === undefined) return true;
  const isHealthCheck = target === '/healthz' || target.startsWith('/healthz?');
  const names = [hostNameOf(host)];
  const absolute = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target);
  if (absolute !== null) names.push(hostNameOf(absolute[1] ?? ''));
  return names.every((name) => named.has(name) || (isHealthCheck && isLoopbackHost(name)));
}
