import type { GuardRequest } from '@claviger/guard';
import { isLoopbackHost, parseIpAddress } from '@claviger/policy';
import { Refusal } from '../errors/refusal.ts';
import { headerOf } from '../wire/request-format.ts';

/** Address of the console in a browser. */
export interface ConsoleSite {
  /** Origin, as pages and authenticators name it: `https://keys.example.com`. */
  readonly origin: string;
  readonly secure: boolean;
  /** Whether the address comes from the configuration; otherwise it comes from the request. */
  readonly configured: boolean;
}

/**
 * Returns the site that a request was sent to: the configured public address, else the host that the request names.
 * @param publicUrl of the configuration
 * @param secure whether the client's own connection is TLS
 */
export function consoleSite(request: GuardRequest, publicUrl: URL | undefined, secure: boolean): ConsoleSite {
  if (publicUrl !== undefined) {
    return { origin: publicUrl.origin, secure: publicUrl.protocol === 'https:', configured: true };
  }
  const address = `${secure ? 'https' : 'http'}://${headerOf(request, 'host') ?? ''}`;
  return { origin: originOf(address) ?? 'null', secure, configured: false };
}

/**
 * Asserts that a request was not sent by a page of another site. Browsers name the origin of every POST; a program
 * that names none has no cookies but its own.
 * @throws Refusal ForeignOrigin
 */
export function assertSameOriginPage(request: GuardRequest, site: ConsoleSite): void {
  const fetchSite = headerOf(request, 'sec-fetch-site');
  const origin = headerOf(request, 'origin');
  // A page that must not reveal its origin sends `null`; then `Sec-Fetch-Site` decides, which no page can
  // set.
  const isOwn =
    origin === undefined || isOrigin(origin, site) || (origin === 'null' && fetchSite === 'same-origin');
  const foreign = !isOwn || (fetchSite !== undefined && fetchSite !== 'same-origin');
  if (foreign) throw new Refusal('ForeignOrigin', { origin: site.origin });
}

/** A proxy that ends TLS without telling so leaves the right host and the wrong scheme. */
function isOrigin(origin: string, site: ConsoleSite): boolean {
  if (site.configured) return origin === site.origin;
  return originOf(origin) === origin && URL.parse(origin)?.host === URL.parse(site.origin)?.host;
}

/**
 * Returns the relying party id that passkeys are bound to: the host of the console. Browsers have none for IP
 * addresses, and a host name that only the request has named must not get any.
 * @throws Refusal PasskeyUnavailable
 */
export function relyingPartyId(site: ConsoleSite): string {
  const host = URL.parse(site.origin)?.hostname ?? '';
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  const named = host !== '' && parseIpAddress(host.replace(/^\[|\]$/g, '')) === undefined;
  if (isLocal || (site.configured && named)) return host;
  throw new Refusal('PasskeyUnavailable', { origin: site.origin });
}

/**
 * Returns the origin of the console where it can be trusted: from the configuration, or this machine. A request can
 * name any host.
 * @throws Refusal PublicUrlNeeded
 */
export function trustedOrigin(site: ConsoleSite): string {
  const host = URL.parse(site.origin)?.hostname ?? '';
  if (site.configured || isLoopbackHost(host)) return site.origin;
  throw new Refusal('PublicUrlNeeded', { origin: site.origin });
}

function originOf(address: string): string | undefined {
  const url = URL.parse(address);
  return url === null || url.origin === 'null' ? undefined : url.origin;
}
