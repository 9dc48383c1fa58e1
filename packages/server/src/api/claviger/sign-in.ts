import type { Proof } from '../../context/anonymous-request.ts';
import type { Scope } from '../../context/scope.ts';
import { Refusal } from '../../errors/refusal.ts';
import { verifyCode } from '../../mfa/verify-code.ts';
import { chooseNewPassword } from '../../passwords/change-own-password.ts';
import { prepareUserPassword } from '../../passwords/login-profile.ts';
import type { PreparedPassword } from '../../passwords/prepared-password.ts';
import { type ConsoleOperation, type ConsoleOutcome, consoleOperation } from '../../pipeline/operation.ts';
import type { ConsoleRequest } from '../../session/console-request.ts';
import { type ConsoleSession, endConsoleSession } from '../../session/console-session.ts';
import { setCookie } from '../../session/cookie.ts';
import { beginDeviceEnrolment, finishDeviceEnrolment } from '../../session/device-enrolment.ts';
import { issueMfaTicket, MFA_TICKET_SECONDS, readMfaTicket } from '../../session/mfa-ticket.ts';
import {
  advanceSignIn,
  assertAllowedNetwork,
  nextSignInStep,
  passwordRules,
  pendingSession,
  type SignInStep,
  verifyPasswordSignIn,
} from '../../session/password-sign-in.ts';
import { changeRootPassword, prepareRootPassword } from '../../session/root-password.ts';
import { deviceFactor, hasFactor, passkeyFactor, readSecondFactors } from '../../session/second-factor.ts';
import { principalOf } from '../../session/session-identity.ts';
import { csrfTokenOf, hashOfToken } from '../../session/session-secret.ts';
import {
  giveChallenge,
  recordPasskeyUse,
  takeChallenge,
  type UsedPasskey,
  verificationOptions,
  verifyPasskey,
} from '../../session/webauthn.ts';
import { withSignInThrottle } from '../../session/with-sign-in-throttle.ts';
import { readSecurityPreference } from '../../settings/security-preference.ts';
import { findUser } from '../../users/user.ts';
import type { ValueOf } from '../../wire/answer-shape.ts';
import { flag, secret, text, withDefault } from '../../wire/parameter.ts';
import { Secret } from '../../wire/secret.ts';
import { authenticationCode } from '../mfa-fields.ts';
import { password } from '../password-fields.ts';
import { VERSION } from './version.ts';

/** A new password, hashed before the transaction that stores it. */
interface NewPasswordProof extends Proof {
  readonly prepared: PreparedPassword | undefined;
}

type SignInRequest = ConsoleRequest & Scope;

/** Answer of each sign-in step: the next step. */
const SIGN_IN_ANSWER = {
  Step: 'Done|Code|Passkey|CodeOrPasskey|NewPassword|BindDevice',
  CsrfToken: 'string',
  'PasswordRules?': {
    MinimumPasswordLength: 'number',
    RequireLowercaseCharacters: 'boolean',
    RequireUppercaseCharacters: 'boolean',
    RequireNumbers: 'boolean',
    RequireSymbols: 'boolean',
    MinimumPasswordDifferentCharacter: 'number',
    PasswordNotContainUserName: 'boolean',
    PasswordReusePrevention: 'number',
    InterceptRiskPasswordOnApi: 'boolean',
    KindsOfCharacters: 'number',
  },
  'RememberAllowed?': 'boolean',
} as const;

type SignInOutcome = ConsoleOutcome<ValueOf<typeof SIGN_IN_ANSWER>>;

/** Whether this browser skips the second factor for a week; only if the account allows it. */
const remember = withDefault(flag(), false);

/**
 * Login name. Secret, since users type passwords into the wrong field: the audit record has the matched user instead.
 */
const loginName = secret(text({ max: 160, chars: /^\P{Cc}*$/u }));

const passkeyResponse = secret(text({ max: 16_384 }));

/** Operations of the console sign-in: the first creates a session, each other one advances it. */
export const signInOperations: readonly ConsoleOperation[] = [
  // First step: verifies the password of a user or of the account root.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SignIn',
    access: 'console',
    session: 'none',
    input: { LoginName: loginName, Password: password },
    answer: SIGN_IN_ANSWER,
    prove: (input, request) => verifyPasswordSignIn(request, input.LoginName, input.Password),
    async handle(_, proof, request) {
      const { account, owner } = proof;
      const preference = await readSecurityPreference(request.queries, account.accountId);
      assertAllowedNetwork(owner, preference, request.sourceAddress);
      const factors = await readSecondFactors(request, owner, preference.AllowUserToLoginWithPasskey);
      const user =
        owner.type === 'user'
          ? await findUser(request.queries, account.accountId, { by: 'id', userId: owner.id })
          : undefined;
      // Ends the previous session of this browser.
      if (request.sessionToken !== undefined) {
        await endConsoleSession(request.queries, hashOfToken(request.sessionToken));
      }
      const rememberedFactor = await readMfaTicket(request, owner, preference, factors, request.mfaTicket);
      const row = { ...pendingSession(request, proof, request), second_factor: rememberedFactor ?? null };
      return advanceAndAnswer(
        request,
        { row, account, owner, user, switchedRole: undefined, preference, factors, expiresAt: 0 },
        undefined,
      );
    },
  }),

  // Verifies a code of the bound device.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'VerifySignInCode',
    access: 'console',
    session: 'pending',
    input: { Code: authenticationCode, Remember: remember },
    answer: SIGN_IN_ANSWER,
    async prove(input, request) {
      const session = await requireStep(request, 'Code', 'CodeOrPasskey');
      const { device } = session.factors;
      await withSignInThrottle(request, session, async () => {
        const outcome = await verifyCode(
          request.services,
          session.account,
          session.owner,
          input.Code,
          request.now,
        );
        if (outcome === 'Used') throw new Refusal('AuthenticationFail.CodeUsed');
        if (outcome !== 'Verified') throw new Refusal('AuthenticationFail.SecondFactor');
      });
      return { account: session.account, factor: device === undefined ? '' : deviceFactor(device) };
    },
    handle: (input, { factor }, request) => advanceWithFactor(request, factor, input.Remember),
  }),

  // Returns the WebAuthn options for a sign-in with a passkey.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BeginPasskeyVerification',
    access: 'console',
    session: 'pending',
    input: {},
    answer: { Options: { '*': 'any' } },
    prove: async (_, request) => proofOf(await requireStep(request, 'Passkey', 'CodeOrPasskey')),
    async handle(_, __, request) {
      const { row, factors } = await requireStep(request, 'Passkey', 'CodeOrPasskey');
      const challenge = await giveChallenge(
        request.queries,
        request.services,
        row.session_hash,
        'sign-in',
        request.now,
      );
      const Options = await verificationOptions(request.site, factors.passkeys, challenge);
      return { answer: { Options }, actor: undefined };
    },
  }),

  // Verifies the WebAuthn response of a passkey.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'VerifySignInPasskey',
    access: 'console',
    session: 'pending',
    input: { Response: passkeyResponse, Remember: remember },
    answer: SIGN_IN_ANSWER,
    async prove(input, request): Promise<PasskeyProof> {
      const session = await requireStep(request, 'Passkey', 'CodeOrPasskey');
      const challenge = await request.services.store.write(({ queries }) =>
        takeChallenge(queries, session.row.session_hash, 'sign-in', request.now),
      );
      const used = await withSignInThrottle(request, session, () =>
        verifyPasskey(request.site, session.factors.passkeys, input.Response, challenge),
      );
      return { account: session.account, used };
    },
    async handle(input, { used }, request) {
      await recordPasskeyUse(request.queries, used, request.now);
      return advanceWithFactor(request, passkeyFactor(used.passkey.passkey_id), input.Remember);
    },
  }),

  // Replaces a one-time or an expired password.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ChooseSignInPassword',
    access: 'console',
    session: 'pending',
    input: { NewPassword: password },
    answer: SIGN_IN_ANSWER,
    async prove(input, request): Promise<NewPasswordProof> {
      const { account, owner } = await requireStep(request, 'NewPassword');
      const { services } = request;
      const scope = { account, services, queries: services.store.queries };
      const prepared =
        owner.type === 'root'
          ? await prepareRootPassword(scope, input.NewPassword)
          : await prepareUserPassword(scope, { by: 'id', userId: owner.id }, input.NewPassword, 'existing');
      return { account, prepared };
    },
    async handle(input, { prepared }, request) {
      const session = await requireStep(request, 'NewPassword');
      const { owner, row } = session;
      if (owner.type === 'root') await changeRootPassword(request, input.NewPassword, prepared);
      else await chooseNewPassword(request, owner.id, input.NewPassword, prepared);
      return advanceAndAnswer(
        request,
        { ...session, row: { ...row, password_set_at: request.now } },
        request.sessionToken,
      );
    },
  }),

  // Returns a seed for a required device; the device is not stored yet.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BeginSignInDevice',
    access: 'console',
    session: 'pending',
    input: {},
    answer: { Seed: 'string', QRCodePNG: 'string' },
    prove: async (_, request) => proofOf(await requireStep(request, 'BindDevice')),
    async handle(_, __, request) {
      const { seed, qrCode } = await beginDeviceEnrolment(request, await requireStep(request, 'BindDevice'));
      return { answer: { Seed: seed, QRCodePNG: qrCode }, actor: undefined };
    },
  }),

  // Binds the device after two consecutive codes.
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BindSignInDevice',
    access: 'console',
    session: 'pending',
    input: { Code1: authenticationCode, Code2: authenticationCode },
    answer: SIGN_IN_ANSWER,
    prove: async (_, request) => proofOf(await requireStep(request, 'BindDevice')),
    async handle(input, _, request) {
      const session = await requireStep(request, 'BindDevice');
      await finishDeviceEnrolment(request, session, [input.Code1, input.Code2]);
      return advanceWithFactor(request, deviceFactor({ bound_at: request.now }), false);
    },
  }),
];

interface PasskeyProof extends Proof {
  readonly used: UsedPasskey;
}

const proofOf = ({ account }: ConsoleSession): Proof => ({ account });

/** Returns the session of a sign-in at one of these steps. @throws Refusal InvalidStep.SignIn at another step */
async function requireStep(
  request: ConsoleRequest & { readonly queries?: Scope['queries'] },
  ...steps: readonly SignInStep[]
): Promise<ConsoleSession> {
  const { session } = request;
  if (session === undefined) throw new Refusal('NotSignedIn');
  request.attempted(session.account, session.owner);
  const step = await nextSignInStep(request.queries ?? request.services.store.queries, session, request.now);
  if (!steps.includes(step)) throw new Refusal('InvalidStep.SignIn', { step });
  return session;
}

/** Advances or completes the sign-in after a second factor. @param factor as present when it was verified */
async function advanceWithFactor(
  request: SignInRequest,
  factor: string,
  remembered: boolean,
): Promise<SignInOutcome> {
  const { session } = request;
  if (session === undefined) throw new Refusal('NotSignedIn');
  const { owner, account, preference } = session;
  const allowed = preference.AllowUserToLoginWithPasskey;
  const factors = await readSecondFactors({ queries: request.queries, account }, owner, allowed);
  // The factor was removed during the verification.
  if (!hasFactor(factors, factor)) throw new Refusal('NotSignedIn');
  const row = { ...session.row, second_factor: factor, second_factor_shown: 1, sealed_seed: null };
  const outcome = await advanceAndAnswer(request, { ...session, row, factors }, request.sessionToken);
  if (!remembered || owner.type !== 'user' || !preference.EnableSaveMFATicket) return outcome;
  const ticket = await issueMfaTicket(request, owner, factor);
  const cookie = setCookie('mfa', ticket, request.site, MFA_TICKET_SECONDS);
  return { ...outcome, cookies: [...(outcome.cookies ?? []), cookie] };
}

/** Advances the session and answers the next step. */
async function advanceAndAnswer(
  request: SignInRequest,
  session: ConsoleSession,
  present: string | undefined,
): Promise<SignInOutcome> {
  const { account, preference, row } = session;
  const { step, token } = await advanceSignIn(request, session, present);
  const answer = {
    Step: step,
    CsrfToken: new Secret(csrfTokenOf(token)),
    ...(step === 'NewPassword' && { PasswordRules: await passwordRules(request.queries, account.accountId) }),
    ...((step === 'Code' || step === 'CodeOrPasskey' || step === 'Passkey') && {
      RememberAllowed: session.owner.type === 'user' && preference.EnableSaveMFATicket,
    }),
  };
  const cookies = [setCookie('session', token, request.site, undefined)];
  if (step !== 'Done') return { answer, actor: undefined, cookies };
  return {
    answer,
    actor: principalOf(session),
    cookies,
    event: { type: 'ConsoleSignin', mfaChecked: row.second_factor_shown === 1 },
  };
}
