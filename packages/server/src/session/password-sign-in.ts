import { setTimeout as delay } from 'node:timers/promises';
import { IpNetworkSet, senderNetwork } from '@claviger/policy';
import { accountOf } from '../accounts/account-directory.ts';
import { accountIdOfDomain, withDomainSuffix } from '../accounts/account-domain.ts';
import type { Account } from '../context/account.ts';
import type { Proof } from '../context/anonymous-request.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { readUserSsoSettings } from '../federation/user-sso-settings.ts';
import { MIN_CHARACTER_KINDS } from '../passwords/check-password.ts';
import { findLoginProfile } from '../passwords/login-profile.ts';
import { readPasswordPolicy } from '../passwords/password-policy.ts';
import { secretOwner } from '../passwords/sign-in-throttle.ts';
import { noteSignIn, signInDemands, verifySignIn } from '../passwords/verify-sign-in.ts';
import {
  loginNetworks,
  readSecurityPreference,
  type SecurityPreference,
} from '../settings/security-preference.ts';
import type { ConsoleSessionRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import type { ConsoleRequest } from './console-request.ts';
import { type ConsoleSession, SIGN_IN_MS } from './console-session.ts';
import { readRootSignIn, recordRootSignIn, verifyRootPassword } from './root-password.ts';
import { readSecondFactors, type SessionOwner } from './second-factor.ts';
import { hashOfToken } from './session-secret.ts';
import { STEP_UP_MS } from './step-up.ts';

/** Next step of a sign-in. */
export type SignInStep = 'Done' | 'Code' | 'Passkey' | 'CodeOrPasskey' | 'NewPassword' | 'BindDevice';

/** Proof of an owner by its password. */
export interface PasswordProof extends Proof {
  readonly owner: SessionOwner;
  readonly passwordSetAt: number;
}

/** Owner that a login name means; the account is `undefined` if no account has that domain. */
interface NamedOwner {
  readonly account: Account | undefined;
  readonly userName: string;
}

/** Maximum number of sessions of one user or root; the oldest is ended. */
const MAXIMUM_SESSIONS = 50;

const HOUR_MS = 60 * 60 * 1000;

/**
 * Verifies the first step of a sign-in. An unknown name is answered like a wrong password, and after the same time.
 * @throws Refusal AuthenticationFail.SignIn, Throttling.SignIn; if the password is right: Inactive,
 * Forbidden.PasswordExpired, Forbidden.PasswordSignIn, Forbidden.LoginNetwork
 */
export async function verifyPasswordSignIn(
  request: ConsoleRequest,
  loginName: string,
  password: string,
): Promise<PasswordProof> {
  const { services, sourceAddress: address } = request;
  const named = await findOwner(services.store.queries, loginName);
  const { account, userName } = named;
  const name = account === undefined ? loginName.toLowerCase() : secretOwner(account.accountId, userName);
  const began = performance.now();
  const begun = await services.signInThrottle.begin({ name, address });
  if (begun === undefined) throw new Refusal('Throttling.SignIn');
  let outcome: 'succeeded' | 'failed' = 'failed';
  try {
    const proof = await verifyNamedPassword(request, named, password);
    if (begun.needsSecondFactor && !(await hasSecondFactor(services.store.queries, proof))) {
      throw new Refusal('Throttling.SignIn');
    }
    outcome = 'succeeded';
    return proof;
  } catch (error) {
    // Failed attempts of existing users are written to disk, which could be measured from outside.
    await untilNextInterval(began);
    // Otherwise the answer would distinguish a right password from a wrong one.
    if (begun.needsSecondFactor && error instanceof Refusal) throw new Refusal('Throttling.SignIn');
    throw error;
  } finally {
    begun.over(outcome);
  }
}

async function hasSecondFactor(queries: Queries, { account, owner }: PasswordProof): Promise<boolean> {
  const preference = await readSecurityPreference(queries, account.accountId);
  const allowed = preference.AllowUserToLoginWithPasskey;
  const { device, passkeys } = await readSecondFactors({ queries, account }, owner, allowed);
  return device !== undefined || passkeys.length > 0;
}

/**
 * Interval of refusals, ms: they are sent at multiples of it after their beginning, so that the duration reveals
 * little.
 */
const REFUSAL_INTERVAL_MS = 200;

async function untilNextInterval(began: number): Promise<void> {
  await delay(REFUSAL_INTERVAL_MS - ((performance.now() - began) % REFUSAL_INTERVAL_MS));
}

async function verifyNamedPassword(
  request: ConsoleRequest,
  { account, userName }: NamedOwner,
  password: string,
): Promise<PasswordProof> {
  const { services, now } = request;
  const lane = { account: account?.accountId ?? '', source: senderNetwork(request.sourceAddress) };
  const wrong = () => new Refusal('AuthenticationFail.SignIn');
  if (account?.status !== 'Active') {
    await services.passwordHashing.verify(lane, null, password);
    throw wrong();
  }
  if (userName === 'root') {
    request.attempted(account, { type: 'root', name: 'root' });
    const root = await verifyRootPassword(services, account, lane.source, password, now);
    // A locked root's password is not verified; this takes the same time.
    if (root === 'Locked') await services.passwordHashing.verify(lane, null, password);
    if (typeof root === 'string') throw wrong();
    const owner = { type: 'root', id: account.accountId, name: 'root' } as const;
    return { account, owner, passwordSetAt: root.passwordSetAt };
  }
  const signIn = await verifySignIn(services, account, { by: 'name', userName }, lane.source, password, now);
  if (!signIn.verified) {
    if (signIn.user !== undefined) request.attempted(account, { type: 'user', name: signIn.user.user_name });
    switch (signIn.reason) {
      case 'Locked':
        await services.passwordHashing.verify(lane, null, password);
        throw wrong();
      case 'Wrong':
        throw wrong();
      case 'Disabled':
        throw new Refusal('Inactive', { name: userName });
      case 'PasswordExpired':
      case 'InitialPasswordExpired':
        throw new Refusal('Forbidden.PasswordExpired');
    }
  }
  const { user, passwordSetAt } = signIn;
  request.attempted(account, { type: 'user', name: user.user_name });
  const { enabled } = await readUserSsoSettings({ queries: services.store.queries, account });
  if (enabled) throw new Refusal('Forbidden.PasswordSignIn');
  return { account, owner: { type: 'user', id: user.user_id, name: user.user_name }, passwordSetAt };
}

/**
 * Returns the owner of a login name: `name@domain`, with or without the suffix of the domain, case-insensitive;
 * `root@…` is the account root.
 */
async function findOwner(queries: Queries, loginName: string): Promise<NamedOwner> {
  const at = loginName.lastIndexOf('@');
  const userName = loginName.slice(0, Math.max(at, 0));
  const domain = loginName.slice(at + 1).toLowerCase();
  const full = withDomainSuffix(domain);
  const isRoot = userName.toLowerCase() === 'root';
  let accounts = queries.selectFrom('accounts').selectAll();
  accounts = isRoot
    ? accounts.where((where) =>
        // The root's login name does not follow a change of the account's domain.
        where.or([
          where('root_login_name', '=', `root@${full}`),
          where('default_domain', '=', full),
          where('account_id', '=', accountIdOfDomain(full)),
        ]),
      )
    : accounts.where((where) =>
        where.or([where('default_domain', '=', full), where('account_id', '=', accountIdOfDomain(full))]),
      );
  const row = await accounts.executeTakeFirst();
  return { account: row && accountOf(row), userName: isRoot ? 'root' : userName };
}

/**
 * Asserts that the account allows sign-ins from the request's network. The root is exempt, as in RAM: it has to be
 * able to correct the masks.
 * @throws Refusal Forbidden.LoginNetwork
 */
export function assertAllowedNetwork(
  owner: SessionOwner,
  { LoginNetworkMasks: masks }: SecurityPreference,
  address: string,
): void {
  if (owner.type === 'root' || masks === '') return;
  const networks = loginNetworks(masks).filter((network) => network !== undefined);
  const admits = new IpNetworkSet(networks).hasText(address);
  if (!admits) throw new Refusal('Forbidden.LoginNetwork', { address });
}

/** Creates a session of an owner whose password was right; to be completed with `advance`. */
export function pendingSession(
  scope: Scope,
  proof: Pick<PasswordProof, 'account' | 'owner' | 'passwordSetAt'>,
  request: ConsoleRequest,
): ConsoleSessionRow {
  return {
    session_hash: '',
    session_id: scope.services.identifiers.consoleSessionId(),
    account_id: proof.account.accountId,
    owner_type: proof.owner.type,
    owner_id: proof.owner.id,
    stage: 'pending',
    password_set_at: proof.passwordSetAt,
    second_factor: null,
    second_factor_shown: 0,
    signed_in_at: scope.now,
    last_seen_at: scope.now,
    expires_at: scope.now + SIGN_IN_MS,
    step_up_until: null,
    source_ip: request.sourceAddress,
    user_agent: request.userAgent.replaceAll('\0', '').slice(0, 256),
    challenge: null,
    challenge_purpose: null,
    challenge_expires_at: null,
    sealed_seed: null,
    switched_role: null,
  };
}

/** Returns the next step of a sign-in: the second factor, a new password, a device; in this order. */
export async function nextSignInStep(
  queries: Queries,
  { row, account, owner, preference, factors }: Omit<ConsoleSession, 'expiresAt' | 'user'>,
  now: number,
): Promise<SignInStep> {
  if (row.second_factor === null) {
    const hasPasskey = factors.passkeys.length > 0;
    if (factors.device !== undefined) return hasPasskey ? 'CodeOrPasskey' : 'Code';
    if (hasPasskey) return 'Passkey';
  }
  const demands = await demandsOn(queries, account, owner, preference, now);
  if (demands.passwordMustChange) return 'NewPassword';
  if (demands.mfaRequired && row.second_factor === null) return 'BindDevice';
  return 'Done';
}

async function demandsOn(
  queries: Queries,
  { accountId }: Account,
  owner: SessionOwner,
  preference: SecurityPreference,
  now: number,
): Promise<{ readonly passwordMustChange: boolean; readonly mfaRequired: boolean }> {
  switch (owner.type) {
    case 'root': {
      const root = await readRootSignIn(queries, accountId);
      return { passwordMustChange: root?.passwordMustChange ?? true, mfaRequired: false };
    }
    case 'user': {
      const profile = await findLoginProfile(queries, accountId, owner.id);
      if (profile === undefined) throw new Refusal('NotSignedIn');
      return signInDemands(profile, await readPasswordPolicy(queries, accountId), preference, now);
    }
  }
}

/** Session after a step of its sign-in: the next step, and the new tokens of the browser. */
export interface AdvancedSession {
  readonly step: SignInStep;
  /** A new one when the sign-in is complete, so that an intercepted earlier token is worthless. */
  readonly token: string;
}

/**
 * Stores the progress of a sign-in, and completes the session if no step is left.
 * @param session with the factors shown just now in its row
 * @param token of the browser; `undefined` if it has none yet
 */
export async function advanceSignIn(
  scope: Scope,
  session: Omit<ConsoleSession, 'expiresAt' | 'user'>,
  token: string | undefined,
): Promise<AdvancedSession> {
  const { row, owner, preference } = session;
  const step = await nextSignInStep(scope.queries, session, scope.now);
  if (token !== undefined) {
    await scope.queries
      .deleteFrom('console_sessions')
      .where('session_hash', '=', hashOfToken(token))
      .execute();
  }
  if (step !== 'Done') {
    const pending = token ?? scope.services.identifiers.consoleSessionToken();
    await insert(scope.queries, { ...row, session_hash: hashOfToken(pending) });
    return { step, token: pending };
  }
  const end = scope.now + preference.LoginSessionDuration * HOUR_MS;
  const whole = await openConsoleSession(scope, owner, preference, {
    ...row,
    expires_at: end,
    // A second factor shown just now, beside the password, is what a step-up would ask for. The password
    // alone is not.
    step_up_until: row.second_factor_shown === 1 ? scope.now + STEP_UP_MS : null,
  });
  if (owner.type === 'root') await recordRootSignIn(scope);
  else await noteSignIn(scope, owner.id);
  return { step, token: whole };
}

/**
 * Completes the session of an owner who has passed all steps.
 * @param row with its end in `expires_at`
 * @returns tokens of the browser
 * @throws Refusal Forbidden.LoginNetwork
 */
export async function openConsoleSession(
  scope: Scope,
  owner: SessionOwner,
  preference: SecurityPreference,
  row: ConsoleSessionRow,
): Promise<string> {
  assertAllowedNetwork(owner, preference, row.source_ip);
  const token = scope.services.identifiers.consoleSessionToken();
  await endOldestSessions(scope.queries, row);
  await insert(scope.queries, {
    ...row,
    session_hash: hashOfToken(token),
    stage: 'full',
    signed_in_at: scope.now,
    last_seen_at: scope.now,
    challenge: null,
    challenge_purpose: null,
    challenge_expires_at: null,
    sealed_seed: null,
  });
  return token;
}

async function insert(queries: Queries, row: ConsoleSessionRow): Promise<void> {
  await queries.insertInto('console_sessions').values(row).execute();
}

async function endOldestSessions(
  queries: Queries,
  { owner_id, account_id }: ConsoleSessionRow,
): Promise<void> {
  const spare = await queries
    .selectFrom('console_sessions')
    .select('session_hash')
    .where('owner_id', '=', owner_id)
    .where('account_id', '=', account_id)
    .orderBy('signed_in_at', 'desc')
    .offset(MAXIMUM_SESSIONS - 1)
    .limit(MAXIMUM_SESSIONS)
    .execute();
  for (const { session_hash: hash } of spare) {
    await queries.deleteFrom('console_sessions').where('session_hash', '=', hash).execute();
  }
}

/** Returns the rules of a new password, for the form that asks for it. */
export async function passwordRules(queries: Queries, accountId: string) {
  const policy = await readPasswordPolicy(queries, accountId);
  return {
    MinimumPasswordLength: policy.MinimumPasswordLength,
    RequireLowercaseCharacters: policy.RequireLowercaseCharacters,
    RequireUppercaseCharacters: policy.RequireUppercaseCharacters,
    RequireNumbers: policy.RequireNumbers,
    RequireSymbols: policy.RequireSymbols,
    MinimumPasswordDifferentCharacter: policy.MinimumPasswordDifferentCharacter,
    PasswordNotContainUserName: policy.PasswordNotContainUserName,
    PasswordReusePrevention: policy.PasswordReusePrevention,
    InterceptRiskPasswordOnApi: policy.InterceptRiskPasswordOnApi,
    KindsOfCharacters: MIN_CHARACTER_KINDS,
  };
}
