/** Cookies of the console. */
export type ConsoleCookie = 'session' | 'mfa' | 'saml';

/** With TLS the prefix `__Host-` binds a cookie to this host, so that no neighbour in the domain can plant one. */
const nameOf = (cookie: ConsoleCookie, secure: boolean): string =>
  `${secure ? '__Host-' : ''}claviger_${cookie}`;

/** Form of every token; other values are not looked up. */
const TOKEN_FORM = /^[A-Za-z0-9]{44}$/;

/**
 * Returns the value of a cookie; `undefined` if it is absent, or sent more than once: then another site of the domain
 * has planted one of them.
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
  return value !== undefined && TOKEN_FORM.test(value) ? value : undefined;
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
  secure: boolean,
  seconds: number | undefined,
): string {
  const life = value === '' ? '; Max-Age=0' : seconds === undefined ? '' : `; Max-Age=${seconds}`;
  return `${nameOf(cookie, secure)}=${value}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${life}`;
}
