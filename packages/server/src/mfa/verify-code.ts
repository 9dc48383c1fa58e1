import type { Account } from '../context/account.ts';
import type { Services } from '../context/services.ts';
import { placeOfMfaDevice } from '../secrets/sealed-columns.ts';
import { findBoundDevice, type MfaOwner } from './binding.ts';
import { findAcceptedStep } from './one-time-code.ts';
import { changeVirtualDevice } from './virtual-device.ts';

/** Consecutive wrong codes before a device is locked. A guess is right with a probability of 1 in 333,000. */
const MAX_ATTEMPTS = 10;
const LOCK_MS = 60 * 60 * 1000;

/** Result of a code: `Used` if it is right but was accepted before, `Unbound` without a device. */
export type CodeVerification = 'Verified' | 'Used' | 'Wrong' | 'Locked' | 'Unbound';

/**
 * Verifies a code of the owner's device as second factor of console sign-in. A code is accepted once.
 * @param now ms since the epoch
 */
export async function verifyCode(
  services: Services,
  account: Account,
  owner: Pick<MfaOwner, 'type' | 'id'>,
  code: string,
  now: number,
): Promise<CodeVerification> {
  const { accountId, wrappedDataKey } = account;
  return services.store.write(async ({ queries }) => {
    const scope = { queries, account };
    const device = await findBoundDevice(scope, owner);
    if (device === undefined) return 'Unbound';
    if (device.locked_until !== null && device.locked_until > now) return 'Locked';
    const place = placeOfMfaDevice(device);
    const seed = await services.secrets.open(accountId, wrappedDataKey, device.sealed_seed, place);
    const step = findAcceptedStep(seed, code, now, device.last_step ?? -1);
    if (step !== undefined) {
      const accepted = { last_step: step, failed_attempts: 0, locked_until: null };
      await changeVirtualDevice(scope, device.device_name, accepted);
      return 'Verified';
    }
    // A used code is not a guess: its sender has the device or has seen the code, and learns nothing new.
    if (findAcceptedStep(seed, code, now, -1) !== undefined) return 'Used';
    // An expired lock starts a new count.
    const failed = (device.locked_until === null ? device.failed_attempts : 0) + 1;
    const lockedUntil = failed >= MAX_ATTEMPTS ? now + LOCK_MS : null;
    await changeVirtualDevice(scope, device.device_name, {
      failed_attempts: failed,
      locked_until: lockedUntil,
    });
    return 'Wrong';
  });
}
