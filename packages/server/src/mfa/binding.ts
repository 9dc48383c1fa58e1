import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { placeOfMfaDevice } from '../secrets/sealed-columns.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import type { MfaDeviceRow } from '../store/schema.ts';
import { findAcceptedPair } from './one-time-code.ts';
import { serialNumber } from './serial-number.ts';
import { changeVirtualDevice, deleteVirtualDevice, requireVirtualDevice } from './virtual-device.ts';

/** Owner of an MFA device: the account root or a RAM user. */
export interface MfaOwner {
  readonly type: 'root' | 'user';
  /** The user id, or the account id for the root. */
  readonly id: string;
  /** The user name; `root` for the root. */
  readonly name: string;
}

/** Finds the device bound to an owner; `undefined` if absent. */
export async function findBoundDevice(
  scope: Pick<Scope, 'queries' | 'account'>,
  owner: Pick<MfaOwner, 'type' | 'id'>,
): Promise<MfaDeviceRow | undefined> {
  return scope.queries
    .selectFrom('mfa_devices')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('owner_type', '=', owner.type)
    .where('owner_id', '=', owner.id)
    .executeTakeFirst();
}

/** Returns the device bound to an owner. @throws Refusal EntityNotExist.User.MFADevice */
export async function requireBoundDevice(scope: Scope, owner: MfaOwner): Promise<MfaDeviceRow> {
  const row = await findBoundDevice(scope, owner);
  if (row === undefined) throw new Refusal('EntityNotExist.User.MFADevice', { name: owner.name });
  return row;
}

/**
 * Binds a device to an owner, who proves possession with two consecutive codes. Codes that were accepted before,
 * for any purpose, are refused.
 * @throws Refusal EntityNotExist.VirtualMFADevice, EntityAlreadyExists.VirtualMFADevice.User,
 *   EntityAlreadyExists.User.MFADevice, CheckAuthenticationCodeFail, Throttling.SignIn
 */
export async function bindDevice(
  scope: Scope,
  owner: MfaOwner,
  serial: string,
  codes: readonly [string, string],
): Promise<void> {
  const { accountId, wrappedDataKey } = scope.account;
  const device = await requireVirtualDevice(scope, serial);
  if (device.owner_id !== null) {
    throw new Refusal('EntityAlreadyExists.VirtualMFADevice.User', { name: serial });
  }
  if ((await findBoundDevice(scope, owner)) !== undefined) {
    throw new Refusal('EntityAlreadyExists.User.MFADevice', { name: owner.name });
  }
  const name = serialNumber(accountId, device.device_name);
  const { secrets } = scope.services;
  const seed = await secrets.open(accountId, wrappedDataKey, device.sealed_seed, placeOfMfaDevice(device));
  // A caller that did not create the device does not know its seed and would have to guess codes.
  const guess = { name: `${accountId} device ${name}`, address: '' };
  const attempt = await scope.services.signInThrottle.begin(guess);
  if (attempt === undefined) throw new Refusal('Throttling.SignIn');
  const step = findAcceptedPair(seed, ...codes, scope.now, device.last_step ?? -1);
  attempt.over(step === undefined ? 'failed' : 'succeeded');
  if (step === undefined) throw new Refusal('CheckAuthenticationCodeFail');
  const bound = { owner_type: owner.type, owner_id: owner.id };
  await changeVirtualDevice(scope, device.device_name, {
    ...bound,
    sealed_seed: await secrets.seal(
      accountId,
      wrappedDataKey,
      seed,
      placeOfMfaDevice({ ...device, ...bound }),
    ),
    bound_at: scope.now,
    last_step: step,
    failed_attempts: 0,
    locked_until: null,
  });
  recordChange(scope, owner, name);
}

/**
 * Unbinds the owner's device, which can be bound again.
 * @returns its serial number
 * @throws Refusal EntityNotExist.User.MFADevice
 */
export async function unbindDevice(scope: Scope, owner: MfaOwner): Promise<string> {
  const device = await requireBoundDevice(scope, owner);
  const unbound = { owner_type: null, owner_id: null };
  await changeVirtualDevice(scope, device.device_name, {
    ...unbound,
    sealed_seed: await resealFor(scope, device, { ...device, ...unbound }),
    bound_at: null,
    failed_attempts: 0,
    locked_until: null,
  });
  const serial = serialNumber(scope.account.accountId, device.device_name);
  recordChange(scope, owner, serial);
  return serial;
}

/** Unbinds the owner's device and deletes it. @throws Refusal EntityNotExist.User.MFADevice */
export async function unbindAndDeleteDevice(scope: Scope, owner: MfaOwner): Promise<void> {
  await deleteVirtualDevice(scope, await unbindDevice(scope, owner));
}

/**
 * Returns a device's seed, sealed for another owner. A seed that cannot be opened stays as it is: the device can
 * still be unbound and deleted, and binding it again fails.
 */
async function resealFor(scope: Scope, device: MfaDeviceRow, target: MfaDeviceRow): Promise<string> {
  const { secrets } = scope.services;
  const { accountId, wrappedDataKey } = scope.account;
  try {
    const place = placeOfMfaDevice(device);
    const seed = await secrets.open(accountId, wrappedDataKey, device.sealed_seed, place);
    return await secrets.seal(accountId, wrappedDataKey, seed, placeOfMfaDevice(target));
  } catch (error) {
    if (error instanceof SecretUnreadable) return device.sealed_seed;
    throw error;
  }
}

/** Records the change; console sessions depend on the state of their user. */
function recordChange(scope: Scope, owner: MfaOwner, serial: string): void {
  if (owner.type === 'user') {
    scope.changed('user', owner.id);
    scope.touched('ACS::RAM::User', owner.name);
  } else {
    scope.changed('account', owner.id);
  }
  scope.touched('ACS::RAM::VirtualMFADevice', serial);
}
