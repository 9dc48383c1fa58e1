import type { Scope } from '../context/scope.ts';
import { findBoundDevice } from '../mfa/binding.ts';
import { listPasskeys } from '../mfa/passkey.ts';
import type { MfaDeviceRow, PasskeyRow } from '../store/schema.ts';

/** Whose session it is. */
export interface SessionOwner {
  readonly type: 'root' | 'user';
  /** The user id, or the account id for the root. */
  readonly id: string;
  /** The user name; `root` for the root. */
  readonly name: string;
}

/** What somebody can show beside a password. */
export interface SecondFactors {
  readonly device: MfaDeviceRow | undefined;
  /** The root has none. */
  readonly passkeys: readonly PasskeyRow[];
}

/** What somebody has bound or registered. @param passkeysAllowed by the account's security preference */
export async function readSecondFactors(
  scope: Pick<Scope, 'queries' | 'account'>,
  owner: Pick<SessionOwner, 'type' | 'id'>,
  passkeysAllowed: boolean,
): Promise<SecondFactors> {
  const device = await findBoundDevice(scope, owner);
  const passkeys = owner.type === 'user' && passkeysAllowed ? await listPasskeys(scope, owner.id) : [];
  return { device, passkeys };
}

/** How a session remembers a device: another binding of it is another factor. */
export const deviceFactor = (device: Pick<MfaDeviceRow, 'bound_at'>): string =>
  `device ${device.bound_at ?? 0}`;

/** How a session remembers a passkey. */
export const passkeyFactor = (passkeyId: string): string => `passkey ${passkeyId}`;

/** Whether what a session rests on is still there. */
export function hasFactor(factors: SecondFactors, name: string): boolean {
  return (
    (factors.device !== undefined && deviceFactor(factors.device) === name) ||
    factors.passkeys.some((passkey) => passkeyFactor(passkey.passkey_id) === name)
  );
}
