import { ConfigurationError } from '../errors/configuration-error.ts';
import { hostNameOf, isLoopbackName } from './host-name.ts';

/** Names under which a listener is reached. */
export interface HostSettings {
  /** Address that it listens on. */
  readonly host: string;
  /** `--hosts`; `*` for any. */
  readonly hosts: readonly string[];
  /** `--public-url` */
  readonly publicUrl?: string | undefined;
}

/**
 * The hosts that requests may name: those of `--hosts` and of `--public-url`.
 * @returns undefined when any will do
 */
export function namedHosts({ hosts, publicUrl }: HostSettings): ReadonlySet<string> | undefined {
  if (hosts.includes('*')) return undefined;
  const names = hosts.map(hostNameOf);
  if (publicUrl !== undefined) names.push(hostNameOf(new URL(publicUrl).host));
  return names.length === 0 ? undefined : new Set(names);
}

/**
 * Refuses to listen beyond this machine without knowing by which names it is reached: a page of another site could
 * otherwise reach the server under a name of its own (DNS rebinding), and links would be made of what clients send.
 * @throws ConfigurationError that says what to give
 */
export function requireNamedHosts(settings: HostSettings): void {
  const { host, hosts, publicUrl } = settings;
  if (hosts.length > 0 || publicUrl !== undefined || isLoopbackName(hostNameOf(host) || host)) return;
  throw new ConfigurationError(
    '--host',
    `${host} is reached from other machines: give the address that browsers have, --public-url https://keys.example.com, ` +
      "or the hosts that requests name, --hosts keys.example.com,10.0.0.5 (--hosts '*' for any)",
  );
}

/**
 * Whether a request may be answered, by the host that it names. `GET /healthz` may always name this machine, for
 * health checks beside the server.
 * @param named as `namedHosts` gives it
 * @param host the `Host` header; empty without one
 * @param target the request target; one in absolute form names a host as well, and both have to be known
 */
export function isNamedHost(named: ReadonlySet<string> | undefined, host: string, target: string): boolean {
  if (named === undefined) return true;
  const isHealthCheck = target === '/healthz' || target.startsWith('/healthz?');
  const names = [hostNameOf(host)];
  const absolute = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target);
  if (absolute !== null) names.push(hostNameOf(absolute[1] ?? ''));
  return names.every((name) => named.has(name) || (isHealthCheck && isLoopbackName(name)));
}
