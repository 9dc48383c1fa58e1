/** What the console keeps in a browser. */
export type ConsoleCookie = 'session' | 'mfa' | 'saml';

/** With TLS the name itself binds a cookie to this host, so that no neighbour in the domain can plant one. */
const nameOf = (cookie: ConsoleCookie, secure: boolean): string =>
  `${secure ? '__Host-' : ''}claviger_${cookie}`;

/** The form of every token: nothing else is looked up. */
const tokenForm = /^[A-Za-z0-9]{44}$/;

/**
 * The value of a cookie of ours; undefined when there is none, or more than one of that name: somebody else has
 * planted one of them then.
 * @param secure whether the client's own connection is TLS
 */
export function readCookie(
  rawHeaders: readonly string[],
  cookie: ConsoleCookie,
  secure: boolean,
): string | undefined {
  const begin = `${nameOf(cookie, secure)}=`;
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
  return value !== undefined && tokenForm.test(value) ? value : undefined;
}

/**
 * A `Set-Cookie` header's value. No page can read the cookie, and no other site makes a browser send it.
 * @param value empty to take the cookie away
 * @param seconds that it lasts; undefined for as long as the browser runs
 */
export function setCookie(
  cookie: ConsoleCookie,
  value: string,
  secure: boolean,
  seconds: number | undefined,
): string {
  const life = value === '' ? '; Max-Age=0' : seconds === undefined ? '' : `; Max-Age=${seconds}`;
  return `${nameOf(cookie, secure)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${life}`;
}
