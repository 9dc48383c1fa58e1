import type { Scope } from '../context/scope.ts';
import { findBoundDevice } from '../mfa/binding.ts';
import { listPasskeys } from '../mfa/passkey.ts';
import type { MfaDeviceRow, PasskeyRow } from '../store/schema.ts';

/** Owner of a console session. */
export interface SessionOwner {
  readonly type: 'root' | 'user';
  /** User id, or the account id for the root. */
  readonly id: string;
  /** User name; `root` for the root. */
  readonly name: string;
}

/** Second factors of a user or root. */
export interface SecondFactors {
  readonly device: MfaDeviceRow | undefined;
  /** Empty for the root. */
  readonly passkeys: readonly PasskeyRow[];
}

/**
 * Returns the bound device and the passkeys of an owner.
 * @param passkeysAllowed by the account's security preference
 */
export async function readSecondFactors(
  scope: Pick<Scope, 'queries' | 'account'>,
  owner: Pick<SessionOwner, 'type' | 'id'>,
  passkeysAllowed: boolean,
): Promise<SecondFactors> {
  const device = await findBoundDevice(scope, owner);
  const passkeys = owner.type === 'user' && passkeysAllowed ? await listPasskeys(scope, owner.id) : [];
  return { device, passkeys };
}

/** Name of a device in a session. Another binding of the same device is another factor. */
export const deviceFactor = (device: Pick<MfaDeviceRow, 'bound_at'>): string =>
  `device ${device.bound_at ?? 0}`;

/** Name of a passkey in a session. */
export const passkeyFactor = (passkeyId: string): string => `passkey ${passkeyId}`;

/** Returns whether the owner still has the factor that a session rests on. */
export function hasFactor(factors: SecondFactors, name: string): boolean {
  return (
    (factors.device !== undefined && deviceFactor(factors.device) === name) ||
    factors.passkeys.some((passkey) => passkeyFactor(passkey.passkey_id) === name)
  );
}
