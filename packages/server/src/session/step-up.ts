import { senderNetwork } from '@claviger/policy';
import { Refusal } from '../errors/refusal.ts';
import { verifyCode } from '../mfa/verify-code.ts';
import { findLoginProfile } from '../passwords/login-profile.ts';
import { verifySignIn } from '../passwords/verify-sign-in.ts';
import type { Queries } from '../store/store.ts';
import type { ConsoleRequest } from './console-request.ts';
import type { ConsoleSession } from './console-session.ts';
import { verifyRootPassword } from './root-password.ts';

/** Method of a step-up: proof that the session is still used by its owner. */
export type StepUpMethod = 'Password' | 'Code' | 'Passkey';

/** Duration of a step-up, ms. */
export const STEP_UP_MS = 10 * 60 * 1000;

/** Returns whether a session has a step-up that has not expired. */
export function isSteppedUp({ row }: Pick<ConsoleSession, 'row'>, now: number): boolean {
  return Number(row.step_up_until ?? 0) > now;
}

/**
 * Returns the step-up methods of a session: its owner's second factors, and the password only without any. An
 * unlocked browser may well have the password stored.
 */
export async function stepUpMethods(queries: Queries, session: ConsoleSession): Promise<StepUpMethod[]> {
  const { device, passkeys } = session.factors;
  const methods: StepUpMethod[] = [
    ...(device === undefined ? [] : ['Code' as const]),
    ...(passkeys.length === 0 ? [] : ['Passkey' as const]),
  ];
  if (methods.length > 0) return methods;
  return (await hasPassword(queries, session)) ? ['Password'] : [];
}

async function hasPassword(queries: Queries, { account, owner }: ConsoleSession): Promise<boolean> {
  if (owner.type === 'root') return true;
  const profile = await findLoginProfile(queries, account.accountId, owner.id);
  return profile !== undefined && profile.password_hash !== null;
}

/** @throws Refusal AuthenticationFail.StepUp; a wrong password counts like one at sign-in */
export async function verifyOwnPassword(
  request: ConsoleRequest,
  { account, owner }: ConsoleSession,
  password: string,
): Promise<void> {
  const { services, now } = request;
  const source = senderNetwork(request.sourceAddress);
  const verified =
    owner.type === 'root'
      ? typeof (await verifyRootPassword(services, account, source, password, now)) !== 'string'
      : (await verifySignIn(services, account, { by: 'id', userId: owner.id }, source, password, now))
          .verified;
  if (!verified) throw new Refusal('AuthenticationFail.StepUp', { reason: 'the password is not right' });
}

/** @throws Refusal AuthenticationFail.StepUp, AuthenticationFail.CodeUsed */
export async function verifyOwnCode(
  request: ConsoleRequest,
  { account, owner }: ConsoleSession,
  code: string,
): Promise<void> {
  const outcome = await verifyCode(request.services, account, owner, code, request.now);
  if (outcome === 'Used') throw new Refusal('AuthenticationFail.CodeUsed');
  if (outcome !== 'Verified') {
    const reason = 'the code is wrong, or the device is locked after too many wrong codes';
    throw new Refusal('AuthenticationFail.StepUp', { reason });
  }
}
