import type { Account } from '../context/account.ts';
import type { Services } from '../context/services.ts';
import { placeOfMfaDevice } from '../secrets/sealed-columns.ts';
import { findBoundDevice, type MfaOwner } from './binding.ts';
import { acceptedStep } from './one-time-code.ts';
import { changeVirtualDevice } from './virtual-device.ts';

/** Wrong codes in a row before a device is locked. Whoever guesses is right once in 333 000 tries. */
const attemptsAtMost = 10;
const LOCK_MS = 60 * 60 * 1000;

/** What came of a code: `Used` for one that was right and was accepted before, `Unbound` without a device. */
export type CodeVerification = 'Verified' | 'Used' | 'Wrong' | 'Locked' | 'Unbound';

/**
 * The second step of signing in to the console: a code of the device that somebody has bound. A code is accepted once.
 * @param now milliseconds since the epoch
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
    const step = acceptedStep(seed, code, now, device.last_step ?? -1);
    if (step !== undefined) {
      const accepted = { last_step: step, failed_attempts: 0, locked_until: null };
      await changeVirtualDevice(scope, device.device_name, accepted);
      return 'Verified';
    }
    // Whoever has a used code has the device, or has seen it: it is no guess, and tells nothing that it did not know.
    if (acceptedStep(seed, code, now, -1) !== undefined) return 'Used';
    // A lock that is over begins a new count.
    const failed = (device.locked_until === null ? device.failed_attempts : 0) + 1;
    const lockedUntil = failed >= attemptsAtMost ? now + LOCK_MS : null;
    await changeVirtualDevice(scope, device.device_name, {
      failed_attempts: failed,
      locked_until: lockedUntil,
    });
    return 'Wrong';
  });
}
