import type { GuardRequest } from '@claviger/guard';
import { parseIpAddress } from '@claviger/policy';
import { Refusal } from '../errors/refusal.ts';
import { headerOf } from '../wire/request-format.ts';

/** Where a browser has the console open. */
export interface ConsoleSite {
  /** `https://keys.example.com`: what pages and authenticators call it. */
  readonly origin: string;
  readonly secure: boolean;
  /** Whether the operator has said that this is the address; otherwise it is what the request says. */
  readonly configured: boolean;
}

/**
 * The site that a request came to: the operator's public address, or else the host that the request names.
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
 * Refuses what a page of another site makes a browser send. Every browser says where a POST comes from; a program
 * that says nothing has no cookies but its own.
 * @throws Refusal ForeignOrigin
 */
export function assertSameOriginPage(request: GuardRequest, site: ConsoleSite): void {
  const fetchSite = headerOf(request, 'sec-fetch-site');
  const origin = headerOf(request, 'origin');
  // What must not tell where it comes from says `null`; then the browser's own word counts, which no page can change.
  const isOwn =
    origin === undefined || isOrigin(origin, site) || (origin === 'null' && fetchSite === 'same-origin');
  const foreign = !isOwn || (fetchSite !== undefined && fetchSite !== 'same-origin');
  if (foreign) throw new Refusal('ForeignOrigin', { origin: site.origin });
}

/** A proxy that ends TLS without saying so leaves us with the right host and the wrong scheme. */
function isOrigin(origin: string, site: ConsoleSite): boolean {
  if (site.configured) return origin === site.origin;
  return originOf(origin) === origin && URL.parse(origin)?.host === URL.parse(site.origin)?.host;
}

/**
 * The name that passkeys are bound to: the host of the console. Browsers have none for addresses of numbers, and an
 * address that nobody has vouched for must not get any.
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
 * The address of the console, for what is only good at that address: somebody has to have vouched for it, or it is
 * this machine. A request can name any host it likes.
 * @throws Refusal PublicUrlNeeded
 */
export function trustedOrigin(site: ConsoleSite): string {
  const host = URL.parse(site.origin)?.hostname ?? '';
  if (site.configured || ['localhost', '127.0.0.1', '[::1]'].includes(host)) return site.origin;
  throw new Refusal('PublicUrlNeeded', { origin: site.origin });
}

function originOf(address: string): string | undefined {
  const url = URL.parse(address);
  return url === null || url.origin === 'null' ? undefined : url.origin;
}
