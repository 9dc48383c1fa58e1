import type { GuardRequest, TagValues } from '@claviger/guard';
import type { Guard } from '@claviger/guard/internal';
import { compilePolicies } from '@claviger/policy';
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
import type { ReadSwitchedRole } from './switched-role.ts';
import { endedPrincipal } from './switched-role-record.ts';

/** Options of the authenticator. */
export interface SessionAuthenticatorOptions {
  readonly guard: Guard;
  readonly services: Services;
  /** URL of the console, from the configuration; `undefined`: any host name is accepted. */
  readonly publicUrl: URL | undefined;
  readonly readSwitchedRole: ReadSwitchedRole;
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
      sessionToken: readCookie(rawHeaders, 'session', site),
      mfaTicket: readCookie(rawHeaders, 'mfa', site),
      samlToken: readCookie(rawHeaders, 'saml', site),
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

  /** Authenticates a call from the console by its session. @throws Refusal as `readSession`, SwitchedRoleEnded */
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
    const identity = await this.#identity(request, cookies, session, store.queries, now);
    // A page that was just opened has to learn that the role session has ended.
    if (csrf === 'needed') assertRoleStands(identity);
    return identity;
  }

  /**
   * Authenticates it again, in a transaction that may have waited.
   * @throws Refusal NotSignedIn, SwitchedRoleEnded if the session or its role session has ended meanwhile;
   *   OtherPrincipalSignedIn if it has switched
   */
  async reauthenticate(
    request: GuardRequest,
    { now, session: before }: SessionIdentity,
    queries: Queries,
  ): Promise<SessionIdentity> {
    const cookies = this.presentedCookies(request);
    const session = await readConsoleSession(queries, cookies.sessionToken ?? '', now);
    if (session?.row.stage !== 'full') throw new Refusal('NotSignedIn');
    // Another tab has switched meanwhile: the call was meant for another principal, perhaps of another account.
    if (session.row.switched_role !== before.row.switched_role) throw new Refusal('OtherPrincipalSignedIn');
    const identity = await this.#identity(request, cookies, session, queries, now);
    assertRoleStands(identity);
    return identity;
  }

  async #identity(
    request: GuardRequest,
    { site, sessionToken = '' }: PresentedCookies,
    session: ConsoleSession,
    queries: Queries,
    now: number,
  ): Promise<SessionIdentity> {
    const { guard } = this.#parts;
    return {
      by: 'session',
      session,
      site,
      csrfToken: csrfTokenOf(sessionToken),
      ...(await this.#sender(session, queries, now)),
      mfaPresent: session.row.second_factor_shown === 1,
      ...origin(guard, request),
      secure: guard.isSecure(request),
      now,
    };
  }

  /** Returns the principal of a session with its permissions: its owner's, or those of the role that it acts as. */
  async #sender(
    session: ConsoleSession,
    queries: Queries,
    now: number,
  ): Promise<Pick<SessionIdentity, 'principal' | 'credential' | 'isRoleEnded'>> {
    const { services, readSwitchedRole } = this.#parts;
    const { switchedRole } = session;
    if (switchedRole === undefined) {
      return {
        principal: principalOf(session, await tagsOf(session, queries)),
        credential: {
          permissions: await permissionsOf(queries, services, session),
          sessionPolicy: undefined,
        },
        isRoleEnded: false,
      };
    }
    const role = await readSwitchedRole(queries, session, switchedRole, now);
    return {
      principal: role?.principal ?? endedPrincipal(switchedRole),
      credential: {
        permissions: role?.permissions ?? compilePolicies([]),
        sessionPolicy: undefined,
      },
      isRoleEnded: role === undefined,
    };
  }
}

/** @throws Refusal SwitchedRoleEnded */
function assertRoleStands({ isRoleEnded }: SessionIdentity): void {
  if (isRoleEnded) throw new Refusal('SwitchedRoleEnded');
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
 * the principal they show as `<AccountId>/<UserId>`, `<AccountId>/root` or, of a session that has switched to a role,
 * `<AccountId>/role/<RoleId>`, in the header `x-claviger-principal`.
 * Requests without the header are not compared, since programs that use the session's API show no principal.
 * @throws Refusal OtherPrincipalSignedIn
 */
function assertSamePrincipal(request: GuardRequest, session: ConsoleSession): void {
  const presented = headerOf(request, 'x-claviger-principal');
  if (presented === undefined || presented === principalHeaderOf(session)) return;
  throw new Refusal('OtherPrincipalSignedIn');
}

function principalHeaderOf({ account, user, switchedRole }: ConsoleSession): string {
  if (switchedRole !== undefined) return `${switchedRole.accountId}/role/${switchedRole.roleId}`;
  return `${account.accountId}/${user?.user_id ?? 'root'}`;
}
