import type { RolePrincipal } from '@claviger/guard';
import type { Proof } from '../../context/anonymous-request.ts';
import { Refusal } from '../../errors/refusal.ts';
import {
  type Call,
  type ConsoleOperation,
  consoleOperation,
  type Operation,
  ownOperation,
} from '../../pipeline/operation.ts';
import type { ConsoleRequest } from '../../session/console-request.ts';
import {
  type ConsoleSession,
  changeConsoleSession,
  endConsoleSession,
  endNamedSession,
  listConsoleSessions,
} from '../../session/console-session.ts';
import { setCookie } from '../../session/cookie.ts';
import { principalOf, type SessionIdentity } from '../../session/session-identity.ts';
import {
  isSteppedUp,
  STEP_UP_MS,
  stepUpMethods,
  verifyOwnCode,
  verifyOwnPassword,
} from '../../session/step-up.ts';
import {
  giveChallenge,
  recordPasskeyUse,
  takeChallenge,
  type UsedPasskey,
  verificationOptions,
  verifyPasskey,
} from '../../session/webauthn.ts';
import { withSignInThrottle } from '../../session/with-sign-in-throttle.ts';
import { principalName } from '../../users/user.ts';
import { instant } from '../../wire/instant.ts';
import { oneOf, optional, secret, text } from '../../wire/parameter.ts';
import { Secret } from '../../wire/secret.ts';
import { authenticationCode } from '../mfa-fields.ts';
import { password } from '../password-fields.ts';
import { VERSION } from './version.ts';

const NO_DEMANDS = [] as const;

interface StepUpProof extends Proof {
  readonly used: UsedPasskey | undefined;
}

/** Operations of a console session on itself. */
export const consoleSessionOperations: readonly ConsoleOperation[] = [
  // Ends the session.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SignOut',
    access: 'console',
    session: 'full',
    input: {},
    answer: {},
    prove: async (_, request) => proofOf(sessionOf(request)),
    async handle(_, __, request) {
      const session = sessionOf(request);
      await endConsoleSession(request.queries, session.row.session_hash);
      request.changed('user', session.owner.id);
      return {
        answer: {},
        actor: principalOf(session),
        cookies: [setCookie('session', '', request.site, undefined)],
        event: { type: 'ConsoleSignout' },
      };
    },
  }),

  // Returns the WebAuthn options for a step-up with a passkey.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BeginStepUpPasskey',
    access: 'console',
    session: 'full',
    input: {},
    answer: { Options: { '*': 'any' } },
    async prove(_, request) {
      const session = sessionOf(request);
      await assertPost(request, session, 'Passkey');
      return proofOf(session);
    },
    async handle(_, __, request) {
      const session = sessionOf(request);
      const { services, now } = request;
      const challenge = await giveChallenge(
        request.queries,
        services,
        session.row.session_hash,
        'step-up',
        now,
      );
      const Options = await verificationOptions(request.site, session.factors.passkeys, challenge);
      return { answer: { Options }, actor: principalOf(session) };
    },
  }),

  // Performs a step-up, which lasts ten minutes.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'StepUp',
    access: 'console',
    session: 'full',
    input: {
      Method: oneOf('Password', 'Code', 'Passkey'),
      Password: optional(password),
      Code: optional(authenticationCode),
      Response: optional(secret(text({ max: 16_384 }))),
    },
    answer: { StepUpUntil: 'string' },
    async prove(input, request): Promise<StepUpProof> {
      const session = sessionOf(request);
      const { account } = session;
      await assertPost(request, session, input.Method);
      switch (input.Method) {
        case 'Password': {
          const given = requireValue('Password', input.Password);
          await withSignInThrottle(request, session, () => verifyOwnPassword(request, session, given));
          return { account, used: undefined };
        }
        case 'Code': {
          const given = requireValue('Code', input.Code);
          await withSignInThrottle(request, session, () => verifyOwnCode(request, session, given));
          return { account, used: undefined };
        }
        case 'Passkey': {
          const given = requireValue('Response', input.Response);
          const challenge = await request.services.store.write(({ queries }) =>
            takeChallenge(queries, session.row.session_hash, 'step-up', request.now),
          );
          const used = await withSignInThrottle(request, session, () =>
            verifyPasskey(request.site, session.factors.passkeys, given, challenge),
          );
          return { account, used };
        }
      }
    },
    async handle(_, { used }, request) {
      const session = sessionOf(request);
      const until = request.now + STEP_UP_MS;
      if (used !== undefined) await recordPasskeyUse(request.queries, used, request.now);
      await changeConsoleSession(request.queries, session.row.session_hash, { step_up_until: until });
      return { answer: { StepUpUntil: instant(until) }, actor: principalOf(session) };
    },
  }),
];

/** Operations that read a console session and the other sessions of its owner. */
export const sessionOperations: readonly Operation[] = [
  // Returns the principal of the session; the only operation that a page can call before it knows the session's token.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetSession',
    access: 'read',
    sessionOnly: 'page-load',
    input: {},
    answer: {
      Principal: {
        Type: 'root|ram-user|assumed-role',
        AccountId: 'string',
        'UserId?': 'string',
        'UserName?': 'string',
        'DisplayName?': 'string',
        'RoleId?': 'string',
        'RoleName?': 'string',
        LoginName: 'string',
      },
      'SwitchedFrom?': {
        Type: 'root|ram-user',
        AccountId: 'string',
        'UserId?': 'string',
        'UserName?': 'string',
        'DisplayName?': 'string',
        LoginName: 'string',
      },
      'RoleExpiresAt?': 'string',
      'RoleEnded?': 'boolean',
      DefaultDomain: 'string',
      SignedInAt: 'string',
      ExpiresAt: 'string',
      CsrfToken: 'string',
      MFAPresent: 'boolean',
      'StepUpUntil?': 'string',
      StepUpMethods: ['Password|Code|Passkey'],
    },
    authorize: () => NO_DEMANDS,
    async handle(_, call) {
      const identity = anySessionIdentityOf(call);
      const { session, principal, isRoleEnded } = identity;
      const { row, switchedRole } = session;
      return {
        Principal: principal.type === 'assumed-role' ? wireRole(principal) : wirePrincipal(session),
        ...(switchedRole !== undefined && {
          SwitchedFrom: wirePrincipal(session),
          RoleExpiresAt: instant(switchedRole.expiresAt),
          RoleEnded: isRoleEnded,
        }),
        DefaultDomain: call.account.defaultDomain,
        SignedInAt: instant(row.signed_in_at),
        ExpiresAt: instant(session.expiresAt),
        CsrfToken: new Secret(identity.csrfToken),
        MFAPresent: identity.mfaPresent,
        StepUpUntil: isSteppedUp(session, call.now) ? instant(Number(row.step_up_until)) : undefined,
        StepUpMethods: await stepUpMethods(call.queries, session),
      };
    },
  }),

  // Lists the caller's console sessions.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ListSessions',
    access: 'read',
    sessionOnly: true,
    input: {},
    answer: {
      Sessions: [
        {
          SessionId: 'string',
          SignedInAt: 'string',
          LastSeenAt: 'string',
          SourceIp: 'string',
          UserAgent: 'string',
          MFAPresent: 'boolean',
          Current: 'boolean',
        },
      ],
    },
    authorize: () => NO_DEMANDS,
    async handle(_, call) {
      const { session } = sessionIdentityOf(call);
      const rows = await listConsoleSessions(call.queries, session, call.now);
      return {
        Sessions: rows.map((row) => ({
          SessionId: row.session_id,
          SignedInAt: instant(row.signed_in_at),
          LastSeenAt: instant(row.last_seen_at),
          SourceIp: row.source_ip,
          UserAgent: row.user_agent,
          MFAPresent: row.second_factor_shown === 1,
          Current: row.session_id === session.row.session_id,
        })),
      };
    },
  }),

  // Ends one of the caller's sessions; without an id, all except this one.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'EndSession',
    access: 'write',
    security: { effect: 'restricts', why: 'ends sessions of the caller' },
    sessionOnly: true,
    input: { SessionId: optional(text({ max: 64, format: /^cs-[a-z0-9]+$/ })) },
    answer: {},
    authorize: () => NO_DEMANDS,
    async handle(input, call) {
      const { session } = sessionIdentityOf(call);
      await endNamedSession(call.queries, session, input.SessionId);
      call.changed('user', session.owner.id);
      return {};
    },
  }),
];

/**
 * Returns the console session of a call, for an operation on its owner.
 * @throws Refusal SessionOnly if the call was signed with a key; SwitchedToRole if the session acts as a role, whose
 *   page does not show its owner
 */
export function sessionIdentityOf(call: Call): SessionIdentity {
  const identity = anySessionIdentityOf(call);
  if (identity.session.switchedRole !== undefined) throw new Refusal('SwitchedToRole');
  return identity;
}

function anySessionIdentityOf(call: Call): SessionIdentity {
  if (call.identity.by !== 'session') throw new Refusal('SessionOnly', { action: 'this operation' });
  return call.identity;
}

function wireRole({ accountId, roleId, roleName, sessionName }: RolePrincipal) {
  return {
    Type: 'assumed-role' as const,
    AccountId: accountId,
    RoleId: roleId,
    RoleName: roleName,
    LoginName: `${roleName}/${sessionName}`,
  };
}

function wirePrincipal({ account, owner, user }: ConsoleSession) {
  const { accountId, defaultDomain } = account;
  const LoginName = principalName(owner.name, defaultDomain);
  if (user === undefined) return { Type: 'root' as const, AccountId: accountId, LoginName };
  return {
    Type: 'ram-user' as const,
    AccountId: accountId,
    UserId: user.user_id,
    UserName: user.user_name,
    DisplayName: user.display_name,
    LoginName,
  };
}

/** Returns the session of a console operation. */
export function sessionOf({ session }: ConsoleRequest): ConsoleSession {
  if (session === undefined) throw new Refusal('NotSignedIn');
  return session;
}

const proofOf = ({ account }: ConsoleSession): Proof => ({ account });

async function assertPost(
  request: ConsoleRequest,
  session: ConsoleSession,
  method: 'Password' | 'Code' | 'Passkey',
): Promise<void> {
  const open = await stepUpMethods(request.services.store.queries, session);
  if (open.includes(method)) return;
  const reason = open.length === 0 ? 'there is nothing to verify you by' : `use ${open.join(' or ')}`;
  throw new Refusal('AuthenticationFail.StepUp', { reason });
}

function requireValue(name: string, value: string | undefined): string {
  if (value === undefined) throw new Refusal('Missing', { name });
  return value;
}
