import { Refusal } from '../../errors/refusal.ts';
import { verifyCode } from '../../mfa/verify-code.ts';
import { chooseNewPassword } from '../../passwords/login-profile.ts';
import {
  type ConsoleOperation,
  type ConsoleOutcome,
  type ConsoleVisit,
  consoleOperation,
  type Proof,
  type Scope,
} from '../../pipeline/operation.ts';
import { flag, secret, text, withDefault } from '../../wire/parameter.ts';
import { Secret } from '../../wire/secret.ts';
import { type ConsoleSession, endConsoleSession } from '../../session/console-session.ts';
import { setCookie } from '../../session/cookie.ts';
import { beginDevice, finishDevice } from '../../session/device-enrolment.ts';
import { guessing } from '../../session/with-sign-in-throttle.ts';
import { issueMfaTicket, mfaTicketSeconds, readMfaTicket } from '../../session/mfa-ticket.ts';
import { changeRootPassword } from '../../session/root-password.ts';
import { deviceFactor, hasFactor, passkeyFactor, readSecondFactors } from '../../session/second-factor.ts';
import { principalOf } from '../../session/session-identity.ts';
import { csrfTokenOf, hashOfToken } from '../../session/session-secret.ts';
import {
  advance,
  nextStep,
  passwordRules,
  pendingSession,
  refuseForeignNetwork,
  type SignInStep,
  verifyPasswordSignIn,
} from '../../session/sign-in.ts';
import {
  giveChallenge,
  noteUse,
  takeChallenge,
  type UsedPasskey,
  verificationOptions,
  verifyPasskey,
} from '../../session/webauthn.ts';
import { readSecurityPreference } from '../../settings/security-preference.ts';
import { findUser } from '../../users/user.ts';
import { authenticationCode } from '../mfa-fields.ts';
import { password } from '../password-fields.ts';
import { version } from './version.ts';

type SignInVisit = ConsoleVisit & Scope;

/** Whether this browser is spared the second factor for a week; only where the account allows it. */
const remember = withDefault(flag(), false);

/** A login name may be a password that somebody typed into the wrong field: the audit has whom it names instead. */
const loginName = secret(text({ max: 160, chars: /^\P{Cc}*$/u }));

const passkeyResponse = secret(text({ max: 16_384 }));

/** The operations by which a browser signs in: the first makes a session, each other one moves it on. */
export const signInOperations: readonly ConsoleOperation[] = [
  // The first step: the password of a RAM user or of the account root.
  consoleOperation({
    product: 'Claviger',
    version,
    name: 'SignIn',
    access: 'console',
    session: 'none',
    input: { LoginName: loginName, Password: password },
    prove: (input, visit) => verifyPasswordSignIn(visit, input.LoginName, input.Password),
    async handle(_, proof, visit) {
      const { account, owner } = proof;
      const preference = await readSecurityPreference(visit.queries, account.accountId);
      refuseForeignNetwork(owner, preference, visit.sourceAddress);
      const factors = await readSecondFactors(visit, owner, preference.AllowUserToLoginWithPasskey);
      const user =
        owner.type === 'user'
          ? await findUser(visit.queries, account.accountId, { by: 'id', userId: owner.id })
          : undefined;
      // Whatever this browser was signed in as, it no longer is.
      if (visit.sessionToken !== undefined) {
        await endConsoleSession(visit.queries, hashOfToken(visit.sessionToken));
      }
      const spared = await readMfaTicket(visit, owner, preference, factors, visit.mfaTicket);
      const row = { ...pendingSession(visit, proof, visit), second_factor: spared ?? null };
      return moveOn(visit, { row, account, owner, user, preference, factors, expiresAt: 0 }, undefined);
    },
  }),

  // A code of the device that is bound.
  consoleOperation({
    product: 'Claviger',
    version,
    name: 'VerifySignInCode',
    access: 'console',
    session: 'pending',
    input: { Code: authenticationCode, Remember: remember },
    async prove(input, visit) {
      const session = await atStep(visit, 'Code', 'CodeOrPasskey');
      const { device } = session.factors;
      await guessing(visit, session, async () => {
        const outcome = await verifyCode(
          visit.services,
          session.account,
          session.owner,
          input.Code,
          visit.now,
        );
        if (outcome === 'Used') throw new Refusal('AuthenticationFail.CodeUsed');
        if (outcome !== 'Verified') throw new Refusal('AuthenticationFail.SecondFactor');
      });
      return { account: session.account, factor: device === undefined ? '' : deviceFactor(device) };
    },
    handle: (input, { factor }, visit) => withFactor(visit, factor, input.Remember),
  }),

  // What a browser hands to its authenticators.
  consoleOperation({
    product: 'Claviger',
    version,
    name: 'BeginPasskeyVerification',
    access: 'console',
    session: 'pending',
    input: {},
    prove: async (_, visit) => proofOf(await atStep(visit, 'Passkey', 'CodeOrPasskey')),
    async handle(_, __, visit) {
      const { row, factors } = await atStep(visit, 'Passkey', 'CodeOrPasskey');
      const challenge = await giveChallenge(
        visit.queries,
        visit.services,
        row.session_hash,
        'sign-in',
        visit.now,
      );
      const Options = await verificationOptions(visit.site, factors.passkeys, challenge);
      return { answer: { Options }, actor: undefined };
    },
  }),

  // What one of them answers.
  consoleOperation({
    product: 'Claviger',
    version,
    name: 'VerifySignInPasskey',
    access: 'console',
    session: 'pending',
    input: { Response: passkeyResponse, Remember: remember },
    async prove(input, visit): Promise<PasskeyProof> {
      const session = await atStep(visit, 'Passkey', 'CodeOrPasskey');
      const challenge = await visit.services.store.write(({ queries }) =>
        takeChallenge(queries, session.row.session_hash, 'sign-in', visit.now),
      );
      const used = await guessing(visit, session, () =>
        verifyPasskey(visit.site, session.factors.passkeys, input.Response, challenge),
      );
      return { account: session.account, used };
    },
    async handle(input, { used }, visit) {
      await noteUse(visit.queries, used, visit.now);
      return withFactor(visit, passkeyFactor(used.passkey.passkey_id), input.Remember);
    },
  }),

  // Another password in place of a one-time or an expired one.
  consoleOperation({
    product: 'Claviger',
    version,
    name: 'ChooseSignInPassword',
    access: 'console',
    session: 'pending',
    input: { NewPassword: password },
    prove: async (_, visit) => proofOf(await atStep(visit, 'NewPassword')),
    async handle(input, _, visit) {
      const session = await atStep(visit, 'NewPassword');
      const { owner, row } = session;
      if (owner.type === 'root') await changeRootPassword(visit, input.NewPassword);
      else await chooseNewPassword(visit, owner.id, input.NewPassword);
      return moveOn(visit, { ...session, row: { ...row, password_set_at: visit.now } }, visit.sessionToken);
    },
  }),

  // A seed for the device that somebody has to have; it is not a device yet.
  consoleOperation({
    product: 'Claviger',
    version,
    name: 'BeginSignInDevice',
    access: 'console',
    session: 'pending',
    input: {},
    prove: async (_, visit) => proofOf(await atStep(visit, 'BindDevice')),
    async handle(_, __, visit) {
      const { seed, qrCode } = await beginDevice(visit, await atStep(visit, 'BindDevice'));
      return { answer: { Seed: seed, QRCodePNG: qrCode }, actor: undefined };
    },
  }),

  // The device is bound when two consecutive codes show that somebody has it.
  consoleOperation({
    product: 'Claviger',
    version,
    name: 'BindSignInDevice',
    access: 'console',
    session: 'pending',
    input: { Code1: authenticationCode, Code2: authenticationCode },
    prove: async (_, visit) => proofOf(await atStep(visit, 'BindDevice')),
    async handle(input, _, visit) {
      const session = await atStep(visit, 'BindDevice');
      await finishDevice(visit, session, [input.Code1, input.Code2]);
      return withFactor(visit, deviceFactor({ bound_at: visit.now }), false);
    },
  }),
];

interface PasskeyProof extends Proof {
  readonly used: UsedPasskey;
}

const proofOf = ({ account }: ConsoleSession): Proof => ({ account });

/** The session whose sign-in is under way, if it asks for one of these steps. @throws Refusal InvalidStep.SignIn */
async function atStep(
  visit: ConsoleVisit & { readonly queries?: Scope['queries'] },
  ...steps: readonly SignInStep[]
): Promise<ConsoleSession> {
  const { session } = visit;
  if (session === undefined) throw new Refusal('NotSignedIn');
  visit.attempted(session.account, session.owner);
  const step = await nextStep(visit.queries ?? visit.services.store.queries, session, visit.now);
  if (!steps.includes(step)) throw new Refusal('InvalidStep.SignIn', { step });
  return session;
}

/** The sign-in goes on, or is done, with a second factor shown. @param factor that was there when it was verified */
async function withFactor(visit: SignInVisit, factor: string, remembered: boolean): Promise<ConsoleOutcome> {
  const { session } = visit;
  if (session === undefined) throw new Refusal('NotSignedIn');
  const { owner, account, preference } = session;
  const allowed = preference.AllowUserToLoginWithPasskey;
  const factors = await readSecondFactors({ queries: visit.queries, account }, owner, allowed);
  // Taken away while it was verified.
  if (!hasFactor(factors, factor)) throw new Refusal('NotSignedIn');
  const row = { ...session.row, second_factor: factor, second_factor_shown: 1, sealed_seed: null };
  const outcome = await moveOn(visit, { ...session, row, factors }, visit.sessionToken);
  if (!remembered || owner.type !== 'user' || !preference.EnableSaveMFATicket) return outcome;
  const ticket = await issueMfaTicket(visit, owner, factor);
  const cookie = setCookie('mfa', ticket, visit.site.secure, mfaTicketSeconds);
  return { ...outcome, cookies: [...(outcome.cookies ?? []), cookie] };
}

/** Answers the next step. */
async function moveOn(
  visit: SignInVisit,
  session: ConsoleSession,
  present: string | undefined,
): Promise<ConsoleOutcome> {
  const { account, preference, row } = session;
  const { step, token } = await advance(visit, session, present);
  const answer = {
    Step: step,
    CsrfToken: new Secret(csrfTokenOf(token)),
    ...(step === 'NewPassword' && { PasswordRules: await passwordRules(visit.queries, account.accountId) }),
    ...((step === 'Code' || step === 'CodeOrPasskey' || step === 'Passkey') && {
      RememberAllowed: session.owner.type === 'user' && preference.EnableSaveMFATicket,
    }),
  };
  const cookies = [setCookie('session', token, visit.site.secure, undefined)];
  if (step !== 'Done') return { answer, actor: undefined, cookies };
  return {
    answer,
    actor: principalOf(session),
    cookies,
    event: { type: 'ConsoleSignin', mfaChecked: row.second_factor_shown === 1 },
  };
}
