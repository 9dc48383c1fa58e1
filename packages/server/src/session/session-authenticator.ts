import type { GuardRequest, TagValues } from '@claviger/guard';
import type { Guard } from '@claviger/guard/internal';
import type { Services } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Queries } from '../store/store.ts';
import { readTagValues } from '../tags/tag-values.ts';
import { headerOf } from '../wire/request-format.ts';
import { type ConsoleSession, changeConsoleSession, readConsoleSession } from './console-session.ts';
import { assertSameOriginPage, type ConsoleSite, consoleSite } from './console-site.ts';
import { readCookie } from './cookie.ts';
import { permissionsOf, principalOf, type SessionIdentity } from './session-identity.ts';
import { csrfTokenOf, isCsrfToken } from './session-secret.ts';

/** Options of the authenticator. */
export interface SessionAuthenticatorOptions {
  readonly guard: Guard;
  readonly services: Services;
  /** URL of the console, from the configuration; `undefined`: any host name is accepted. */
  readonly publicUrl: URL | undefined;
}

/** Cookies of a request, and the site that it was sent to. */
export interface PresentedCookies {
  readonly site: ConsoleSite;
  readonly sessionToken: string | undefined;
  readonly mfaTicket: string | undefined;
  /** Token that binds SAML requests to this browser. */
  readonly samlToken: string | undefined;
}

/** Minimum interval between two updates of a session's last use, ms. */
const LAST_SEEN_INTERVAL_MS = 60_000;

/** Authenticates browsers by the cookies of console sessions, as the guard authenticates signed requests. */
export class SessionAuthenticator {
  readonly #parts: SessionAuthenticatorOptions;

  constructor(parts: SessionAuthenticatorOptions) {
    this.#parts = parts;
  }

  /** Returns the cookies of a request; none of them is verified yet. */
  presentedCookies(request: GuardRequest): PresentedCookies {
    const { guard, publicUrl } = this.#parts;
    const site = consoleSite(request, publicUrl, guard.isSecure(request));
    const { rawHeaders } = request;
    return {
      site,
      sessionToken: readCookie(rawHeaders, 'session', site.secure),
      mfaTicket: readCookie(rawHeaders, 'mfa', site.secure),
      samlToken: readCookie(rawHeaders, 'saml', site.secure),
    };
  }

  /** @throws Refusal UnsupportedHTTPMethod; ForeignOrigin if the request was not sent by a page of the console */
  assertSameOrigin(request: GuardRequest, { site }: PresentedCookies): void {
    if (request.method !== 'POST') {
      throw new Refusal('UnsupportedHTTPMethod');
    }
    assertSameOriginPage(request, site);
  }

  /**
   * Returns the session of a request from the console.
   * @param stage of sign-in that the session has to have reached
   * @param csrf `unknown` for a page that was just opened, and does not have the token yet
   * @param now milliseconds since the epoch
   * @throws Refusal UnsupportedHTTPMethod, ForeignOrigin, NotSignedIn, OtherPrincipalSignedIn, InvalidCsrfToken
   */
  async readSession(
    request: GuardRequest,
    cookies: PresentedCookies,
    stage: 'pending' | 'full',
    csrf: 'needed' | 'unknown',
    now: number,
  ): Promise<ConsoleSession> {
    this.assertSameOrigin(request, cookies);
    const { sessionToken: token } = cookies;
    const { queries } = this.#parts.services.store;
    const session = token === undefined ? undefined : await readConsoleSession(queries, token, now);
    if (token === undefined || session?.row.stage !== stage) throw new Refusal('NotSignedIn');
    assertSamePrincipal(request, session);
    if (csrf === 'needed' && !isCsrfToken(token, headerOf(request, 'x-claviger-csrf'))) {
      throw new Refusal('InvalidCsrfToken');
    }
    return session;
  }

  /** Authenticates a call from the console by its session. @throws Refusal as `readSession` */
  async authenticate(
    request: GuardRequest,
    cookies: PresentedCookies,
    csrf: 'needed' | 'unknown',
    now: number,
  ): Promise<SessionIdentity> {
    const { store } = this.#parts.services;
    const session = await this.readSession(request, cookies, 'full', csrf, now);
    if (now - session.row.last_seen_at >= LAST_SEEN_INTERVAL_MS) {
      await store.write(({ queries }) =>
        changeConsoleSession(queries, session.row.session_hash, { last_seen_at: now }),
      );
    }
    return this.#identity(request, cookies, session, store.queries, now);
  }

  /**
   * Authenticates it again, in a transaction that may have waited.
   * @throws Refusal NotSignedIn if the session has ended meanwhile
   */
  async reauthenticate(
    request: GuardRequest,
    { now }: SessionIdentity,
    queries: Queries,
  ): Promise<SessionIdentity> {
    const cookies = this.presentedCookies(request);
    const session = await readConsoleSession(queries, cookies.sessionToken ?? '', now);
    if (session?.row.stage !== 'full') throw new Refusal('NotSignedIn');
    return this.#identity(request, cookies, session, queries, now);
  }

  async #identity(
    request: GuardRequest,
    { site, sessionToken = '' }: PresentedCookies,
    session: ConsoleSession,
    queries: Queries,
    now: number,
  ): Promise<SessionIdentity> {
    const { guard, services } = this.#parts;
    return {
      by: 'session',
      session,
      site,
      csrfToken: csrfTokenOf(sessionToken),
      principal: principalOf(session, await tagsOf(session, queries)),
      credential: {
        permissions: await permissionsOf(queries, services, session),
        sessionPolicy: undefined,
      },
      mfaPresent: session.row.second_factor_shown === 1,
      ...origin(guard, request),
      secure: guard.isSecure(request),
      now,
    };
  }
}

/** Returns the network origin of a request. */
function origin(guard: Guard, request: GuardRequest): Pick<SessionIdentity, 'sourceAddress' | 'vpcId'> {
  const sourceAddress = guard.sourceAddress(request);
  const vpcId = guard.vpcIdOf(sourceAddress);
  return { sourceAddress, ...(vpcId !== undefined && { vpcId }) };
}

async function tagsOf({ account, user }: ConsoleSession, queries: Queries): Promise<TagValues | undefined> {
  return user && readTagValues(queries, account.accountId, 'user', user.user_id);
}

/**
 * Asserts that the page shows the principal of the session: another one may have signed in in another tab. Pages name
 * the principal they show as `<AccountId>/<UserId>`, or `<AccountId>/root`, in the header `x-claviger-principal`.
 * Requests without the header are not compared, since programs that use the session's API show no principal.
 * @throws Refusal OtherPrincipalSignedIn
 */
function assertSamePrincipal(request: GuardRequest, { account, user }: ConsoleSession): void {
  const presented = headerOf(request, 'x-claviger-principal');
  if (presented === undefined || presented === `${account.accountId}/${user?.user_id ?? 'root'}`) return;
  throw new Refusal('OtherPrincipalSignedIn');
}
