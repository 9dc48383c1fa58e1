import assert from 'node:assert/strict';

/** Answer, as a page of the console sees it. */
export interface PageAnswer {
  readonly status: number;
  /** `OK` for a success. */
  readonly code: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** `Set-Cookie` headers. */
  readonly cookies: readonly string[];
}

/** Differences from an ordinary call. */
export interface PageCall {
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the session's token; empty for none. */
  readonly csrf?: string;
  readonly method?: string;
}

/** Version of Claviger's own API. */
export const OWN = '2026-11-24';

/** Returns the name of a cookie of the console at a server's own address, which carries the port. */
export const cookieName = ({ url }: { readonly url: string }, cookie = 'session'): string =>
  `claviger_${cookie}_${new URL(url).port}`;

/** Browser with the console open: keeps cookies and the CSRF token, and signs nothing. */
export class Browser {
  readonly #url: () => string;
  /**
   * Cookies by their name without the port: the nodes of a test have ports of their own, and are one address for a browser,
   * that of the proxy in front of them.
   */
  readonly jar = new Map<string, string>();
  readonly #withPort = new Set(['claviger_session', 'claviger_mfa', 'claviger_saml']);
  csrf = '';

  /** @param server whose address may change when it is started again */
  constructor(server: { readonly url: string }) {
    this.#url = () => server.url;
  }

  /** Value of the header `Cookie`. */
  get cookieHeader(): string {
    const { port } = new URL(this.#url());
    return [...this.jar]
      .map(([name, value]) => `${name}${this.#withPort.has(name) ? `_${port}` : ''}=${value}`)
      .join('; ');
  }

  /** Calls an operation as the console's pages do. */
  async call(
    action: string,
    parameters: Readonly<Record<string, string>> = {},
    { version = OWN, headers = {}, csrf = this.csrf, method = 'POST' }: PageCall = {},
  ): Promise<PageAnswer> {
    const form = new URLSearchParams({ Action: action, Version: version, Format: 'JSON', ...parameters });
    const cookie = this.cookieHeader;
    const inQuery = method === 'GET';
    const answer = await fetch(inQuery ? `${this.#url()}/?${form}` : this.#url(), {
      method,
      headers: {
        ...(inQuery ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        'user-agent': 'Browser under test',
        // Works with a server that was started again meanwhile.
        connection: 'close',
        ...(cookie !== '' && { cookie }),
        ...(csrf !== '' && { 'x-claviger-csrf': csrf }),
        ...headers,
      },
      ...(inQuery ? {} : { body: form.toString() }),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    const cookies = answer.headers.getSetCookie();
    for (const each of cookies) {
      const [pair = ''] = each.split(';');
      const at = pair.indexOf('=');
      const [name = ''] = pair.slice(0, at).split(/_(?=\d+$)/);
      if (name.length < at) this.#withPort.add(name);
      if (pair.slice(at + 1) === '') this.jar.delete(name);
      else this.jar.set(name, pair.slice(at + 1));
    }
    if (typeof body['CsrfToken'] === 'string') this.csrf = body['CsrfToken'];
    return { status: answer.status, code: String(body['Code'] ?? 'OK'), body, cookies };
  }

  /** Calls an operation and asserts that it succeeds. @returns its answer */
  async done(
    action: string,
    parameters: Readonly<Record<string, string>> = {},
    more: PageCall = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const { code, body } = await this.call(action, parameters, more);
    assert.equal(code, 'OK', `${action}: ${body['Message']}`);
    return body;
  }

  /** Calls an operation and asserts its refusal. */
  async refused(
    action: string,
    parameters: Readonly<Record<string, string>>,
    code: string,
    status: number,
    more: PageCall = {},
  ): Promise<PageAnswer> {
    const answer = await this.call(action, parameters, more);
    assert.deepEqual([answer.status, answer.code], [status, code], `${action}: ${answer.body['Message']}`);
    return answer;
  }

  /** Performs the first step of a sign-in. @returns the next step */
  async signIn(loginName: string, password: string): Promise<string> {
    return String((await this.done('SignIn', { LoginName: loginName, Password: password }))['Step']);
  }
}
