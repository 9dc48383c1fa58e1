import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { placeOfMfaDevice } from '../secrets/sealed-columns.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import type { MfaDeviceRow } from '../store/schema.ts';
import { acceptedPair } from './one-time-code.ts';
import { serialNumber } from './serial-number.ts';
import { changeVirtualDevice, deleteVirtualDevice, requireVirtualDevice } from './virtual-device.ts';

/** Whose device it is: the account root's or a RAM user's. */
export interface MfaOwner {
  readonly type: 'root' | 'user';
  /** The user id, or the account id for the root. */
  readonly id: string;
  /** The user name; `root` for the root. */
  readonly name: string;
}

/** The device of somebody, if there is one. */
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

/** @throws Refusal EntityNotExist.User.MFADevice */
export async function requireBoundDevice(scope: Scope, owner: MfaOwner): Promise<MfaDeviceRow> {
  const row = await findBoundDevice(scope, owner);
  if (row === undefined) throw new Refusal('EntityNotExist.User.MFADevice', { name: owner.name });
  return row;
}

/**
 * Binds a device to somebody who has it: two consecutive codes show that. Codes that were accepted once, by whatever,
 * are not accepted again.
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
  // Whoever has not made the device does not know its seed, and would have to guess.
  const begun = scope.services.signInThrottle.begin({ name: `${accountId} device ${name}`, address: '' });
  if (begun === undefined) throw new Refusal('Throttling.SignIn');
  const step = acceptedPair(seed, ...codes, scope.now, device.last_step ?? -1);
  begun.over(step === undefined ? 'failed' : 'succeeded');
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
  noteChange(scope, owner, name);
}

/**
 * Unbinds somebody's device, which stays and can be bound again.
 * @returns its serial number
 * @throws Refusal EntityNotExist.User.MFADevice
 */
export async function unbindDevice(scope: Scope, owner: MfaOwner): Promise<string> {
  const device = await requireBoundDevice(scope, owner);
  const unbound = { owner_type: null, owner_id: null };
  await changeVirtualDevice(scope, device.device_name, {
    ...unbound,
    sealed_seed: await sealedFor(scope, device, { ...device, ...unbound }),
    bound_at: null,
    failed_attempts: 0,
    locked_until: null,
  });
  const serial = serialNumber(scope.account.accountId, device.device_name);
  noteChange(scope, owner, serial);
  return serial;
}

/** Unbinds somebody's device and deletes it. @throws Refusal EntityNotExist.User.MFADevice */
export async function disableDevice(scope: Scope, owner: MfaOwner): Promise<void> {
  await deleteVirtualDevice(scope, await unbindDevice(scope, owner));
}

/**
 * Returns a device's seed, sealed for another owner. One that does not open stays as it is: the device can still be
 * unbound and deleted, and is refused as damaged by whoever would bind it.
 */
async function sealedFor(scope: Scope, device: MfaDeviceRow, as: MfaDeviceRow): Promise<string> {
  const { secrets } = scope.services;
  const { accountId, wrappedDataKey } = scope.account;
  try {
    const place = placeOfMfaDevice(device);
    const seed = await secrets.open(accountId, wrappedDataKey, device.sealed_seed, place);
    return await secrets.seal(accountId, wrappedDataKey, seed, placeOfMfaDevice(as));
  } catch (error) {
    if (error instanceof SecretUnreadable) return device.sealed_seed;
    throw error;
  }
}

/** Sessions of the console follow what becomes of their user. */
function noteChange(scope: Scope, owner: MfaOwner, serial: string): void {
  if (owner.type === 'user') {
    scope.changed('user', owner.id);
    scope.touched('ACS::RAM::User', owner.name);
  } else {
    scope.changed('account', owner.id);
  }
  scope.touched('ACS::RAM::VirtualMFADevice', serial);
}
