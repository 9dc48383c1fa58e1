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

/** What a gate needs. */
export interface SessionAuthenticatorOptions {
  readonly guard: Guard;
  readonly services: Services;
  /** Where the operator says the console is; undefined when every host that reaches us will do. */
  readonly publicUrl: URL | undefined;
}

/** What a browser shows of itself: where it has the console open, and what it keeps for it. */
export interface PresentedCookies {
  readonly site: ConsoleSite;
  readonly sessionToken: string | undefined;
  readonly mfaTicket: string | undefined;
  /** What binds SAML requests to this browser. */
  readonly samlToken: string | undefined;
}

/** When a session was last used is noted no more often. */
const seenEveryMs = 60_000;

/** The way in for browsers, as the guard is for those who sign: whose session is it that a request shows? */
export class SessionAuthenticator {
  readonly #parts: SessionAuthenticatorOptions;

  constructor(parts: SessionAuthenticatorOptions) {
    this.#parts = parts;
  }

  /** What a request shows; nothing of it is proven yet. */
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

  /** @throws Refusal UnsupportedHTTPMethod, ForeignOrigin when no page of ours has sent it */
  assertSameOrigin(request: GuardRequest, { site }: PresentedCookies): void {
    if (request.method !== 'POST') {
      throw new Refusal('UnsupportedHTTPMethod', { method: request.method.slice(0, 16) });
    }
    assertSameOriginPage(request, site);
  }

  /**
   * The session that a page of ours shows.
   * @param stage that it has to have reached
   * @param csrf `unknown` for a page that was just opened, and has yet to be told the token
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

  /** As whom the session that a page of ours shows can call operations. @throws Refusal as `present` */
  async authenticate(
    request: GuardRequest,
    cookies: PresentedCookies,
    csrf: 'needed' | 'unknown',
    now: number,
  ): Promise<SessionIdentity> {
    const { store } = this.#parts.services;
    const session = await this.readSession(request, cookies, 'full', csrf, now);
    if (now - session.row.last_seen_at >= seenEveryMs) {
      await store.write(({ queries }) =>
        changeConsoleSession(queries, session.row.session_hash, { last_seen_at: now }),
      );
    }
    return this.#identity(request, cookies, session, store.queries, now);
  }

  /**
   * The same, as things stand in a transaction that may have waited for its turn.
   * @throws Refusal NotSignedIn when the session has ended meanwhile
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

/** Where a request comes from, as identities say it. */
function origin(guard: Guard, request: GuardRequest): Pick<SessionIdentity, 'sourceAddress' | 'vpcId'> {
  const sourceAddress = guard.sourceAddress(request);
  const vpcId = guard.vpcIdOf(sourceAddress);
  return { sourceAddress, ...(vpcId !== undefined && { vpcId }) };
}

async function tagsOf({ account, user }: ConsoleSession, queries: Queries): Promise<TagValues | undefined> {
  return user && readTagValues(queries, account.accountId, 'user', user.user_id);
}

/**
 * Refuses a page that shows another principal than the session is of: somebody else has signed in in another tab. Pages
 * say whom they show as `<AccountId>/<UserId>`, or `<AccountId>/root`, in the header `x-claviger-principal`; without the
 * header nothing is compared, since programs that use the session's API show nobody.
 * @throws Refusal OtherPrincipalSignedIn
 */
function assertSamePrincipal(request: GuardRequest, { account, user }: ConsoleSession): void {
  const presented = headerOf(request, 'x-claviger-principal');
  if (presented === undefined || presented === `${account.accountId}/${user?.user_id ?? 'root'}`) return;
  throw new Refusal('OtherPrincipalSignedIn');
}
