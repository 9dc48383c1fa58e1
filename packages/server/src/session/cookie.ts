import type { ConsoleSite } from './console-site.ts';

/** Cookies of the console. */
export type ConsoleCookie = 'session' | 'mfa' | 'saml';

/** Address of the console in a browser, as `ConsoleSite` has it. */
type CookieSite = Pick<ConsoleSite, 'origin' | 'secure'>;

/**
 * With TLS the prefix `__Host-` binds a cookie to this host, so that no neighbour in the domain can plant one. Cookies do
 * not tell ports apart, so the name has the port: two servers on one host do not take each other's place.
 */
function nameOf(cookie: ConsoleCookie, { origin, secure }: CookieSite): string {
  const port = URL.parse(origin)?.port ?? '';
  return `${nameWithoutPort(cookie, secure)}${port === '' ? '' : `_${port}`}`;
}

const nameWithoutPort = (cookie: ConsoleCookie, secure: boolean): string =>
  `${secure ? '__Host-' : ''}claviger_${cookie}`;

/** Form of every token; other values are not looked up. */
const TOKEN_FORM = /^[A-Za-z0-9]{44}$/;

/**
 * Returns the value of a cookie; `undefined` if it is absent, or sent more than once: then another site of the domain
 * has planted one of them. A session that 0.1.0 has opened has a cookie without the port.
 */
export function readCookie(
  rawHeaders: readonly string[],
  cookie: ConsoleCookie,
  site: CookieSite,
): string | undefined {
  const value = cookieValue(rawHeaders, nameOf(cookie, site));
  if (value !== 'absent' || cookie !== 'session') return value === 'absent' ? undefined : value;
  const earlier = cookieValue(rawHeaders, nameWithoutPort(cookie, site.secure));
  return earlier === 'absent' ? undefined : earlier;
}

function cookieValue(rawHeaders: readonly string[], name: string): string | 'absent' | undefined {
  const begin = `${name}=`;
  let value: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length !== 6 || name.toLowerCase() !== 'cookie') continue;
    for (const pair of rawHeaders[at + 1]!.split(';')) {
      const trimmed = pair.trim();
      if (!trimmed.startsWith(begin)) continue;
      if (value !== undefined) return undefined;
      value = trimmed.slice(begin.length);
    }
  }
  if (value === undefined) return 'absent';
  return TOKEN_FORM.test(value) ? value : undefined;
}

/**
 * Returns the value of a `Set-Cookie` header. Pages cannot read the cookie, and other sites cannot make a browser
 * send it.
 * @param value empty to remove the cookie
 * @param seconds lifetime; `undefined`: until the browser is closed
 */
export function setCookie(
  cookie: ConsoleCookie,
  value: string,
  site: CookieSite,
  seconds: number | undefined,
): string {
  const life = value === '' ? '; Max-Age=0' : seconds === undefined ? '' : `; Max-Age=${seconds}`;
  const secure = site.secure ? '; Secure' : '';
  return `${nameOf(cookie, site)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}${life}`;
}
