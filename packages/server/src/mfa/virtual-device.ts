import { Secret as Seed, TOTP } from 'otpauth';
import { toBuffer } from 'qrcode';

import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { placeOfMfaDevice } from '../secrets/sealed-columns.ts';
import { readRowCounts } from '../store/row-counts.ts';
import type { MfaDeviceRow, UserRow } from '../store/schema.ts';
import { Secret } from '../wire/secret.ts';
import { CODE_DIGITS, PERIOD_SECONDS } from './one-time-code.ts';
import { readSerialNumber, serialNumber } from './serial-number.ts';

/** A new device. Its seed is available only here. */
export interface NewVirtualDevice {
  readonly serialNumber: string;
  /** Base32, 64 characters. */
  readonly seed: Secret;
  /** QR code for authenticator apps: a Base64 PNG of the `otpauth:` URL with the seed. */
  readonly qrCode: Secret;
}

/**
 * Creates an unbound virtual MFA device. Its seed is in the result and, sealed, in the database, and nowhere else.
 * @param seed Base32; default: a new one
 * @throws Refusal EntityAlreadyExists.VirtualMFADevice, LimitExceeded.VirtualMFADevice
 */
export async function createVirtualDevice(
  scope: Scope,
  deviceName: string,
  seed = scope.services.identifiers.mfaSeed(),
): Promise<NewVirtualDevice> {
  const { accountId, wrappedDataKey, defaultDomain } = scope.account;
  const serial = serialNumber(accountId, deviceName);
  if ((await findVirtualDevice(scope, deviceName)) !== undefined) {
    throw new Refusal('EntityAlreadyExists.VirtualMFADevice', { name: serial });
  }
  if ((await countVirtualDevices(scope)).all >= scope.services.limits.virtualMfaDevicesPerAccount) {
    throw new Refusal('LimitExceeded.VirtualMFADevice', {
      limit: scope.services.limits.virtualMfaDevicesPerAccount,
    });
  }
  const { secrets } = scope.services;
  const row: MfaDeviceRow = {
    account_id: accountId,
    device_name: deviceName,
    sealed_seed: await secrets.seal(
      accountId,
      wrappedDataKey,
      seed,
      placeOfMfaDevice({ device_name: deviceName, owner_type: null, owner_id: null }),
    ),
    created_at: scope.now,
    owner_type: null,
    owner_id: null,
    bound_at: null,
    last_step: null,
    failed_attempts: 0,
    locked_until: null,
  };
  await scope.queries.insertInto('mfa_devices').values(row).execute();
  scope.touched('ACS::RAM::VirtualMFADevice', serial);
  const qrCode = await enrolmentCode(seed, `${deviceName}@${defaultDomain}`);
  return { serialNumber: serial, seed: new Secret(seed), qrCode };
}

/** Returns the QR code of a seed for authenticator apps, as Base64 PNG. @param label display name in the app */
export async function enrolmentCode(seed: string, label: string): Promise<Secret> {
  const image = await toBuffer(enrolmentAddress(seed, label), { errorCorrectionLevel: 'M' });
  return new Secret(image.toString('base64'));
}

/** Returns the `otpauth:` URL of a seed. @param label display name in the app */
export function enrolmentAddress(seed: string, label: string): string {
  return new TOTP({
    issuer: 'Claviger',
    label,
    secret: Seed.fromBase32(seed),
    algorithm: 'SHA1',
    digits: CODE_DIGITS,
    period: PERIOD_SECONDS,
  }).toString();
}

/** Finds a device by its name, bound or not; `undefined` if absent. */
export async function findVirtualDevice(
  scope: Pick<Scope, 'queries' | 'account'>,
  deviceName: string,
): Promise<MfaDeviceRow | undefined> {
  return scope.queries
    .selectFrom('mfa_devices')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('device_name', '=', deviceName)
    .executeTakeFirst();
}

/**
 * Returns the device with that serial number, which must name this account. @throws Refusal
 * EntityNotExist.VirtualMFADevice
 */
export async function requireVirtualDevice(scope: Scope, serial: string): Promise<MfaDeviceRow> {
  const { accountId, deviceName } = readSerialNumber(serial);
  const row = accountId === scope.account.accountId ? await findVirtualDevice(scope, deviceName) : undefined;
  if (row === undefined) throw new Refusal('EntityNotExist.VirtualMFADevice', { name: serial });
  return row;
}

/** A device and the user that it is bound to, possibly one in the recycle bin. */
export interface ListedDevice {
  readonly device: MfaDeviceRow;
  readonly user: UserRow | undefined;
}

/** Returns a page of devices in the order of their names. @param after the name after which the page begins */
export async function listVirtualDevices(
  scope: Scope,
  after: string,
  limit: number,
): Promise<ListedDevice[]> {
  const devices = await scope.queries
    .selectFrom('mfa_devices')
    .selectAll()
    .where('account_id', '=', scope.account.accountId)
    .where('device_name', '>', after)
    .orderBy('device_name')
    .limit(limit)
    .execute();
  const users = await usersOf(scope, devices);
  return devices.map((device) => ({ device, user: users.get(device.owner_id ?? '') }));
}

/** Counts the devices of the account, and the bound ones. */
export async function countVirtualDevices(
  scope: Scope,
): Promise<{ readonly all: number; readonly bound: number }> {
  const counts = await readRowCounts(scope.queries, scope.account.accountId, [
    'mfa-devices',
    'bound-mfa-devices',
  ]);
  return { all: counts.get('mfa-devices') ?? 0, bound: counts.get('bound-mfa-devices') ?? 0 };
}

/**
 * Deletes an unbound device.
 * @throws Refusal EntityNotExist.VirtualMFADevice, DeleteConflict.VirtualMFADevice.User
 */
export async function deleteVirtualDevice(scope: Scope, serial: string): Promise<void> {
  const row = await requireVirtualDevice(scope, serial);
  if (row.owner_id !== null) throw new Refusal('DeleteConflict.VirtualMFADevice.User', { name: serial });
  await scope.queries
    .deleteFrom('mfa_devices')
    .where('account_id', '=', scope.account.accountId)
    .where('device_name', '=', row.device_name)
    .execute();
  scope.touched('ACS::RAM::VirtualMFADevice', serial);
}

/** Updates a row of `mfa_devices`. */
export async function changeVirtualDevice(
  scope: Pick<Scope, 'queries' | 'account'>,
  deviceName: string,
  changes: Partial<MfaDeviceRow>,
): Promise<void> {
  await scope.queries
    .updateTable('mfa_devices')
    .set(changes)
    .where('account_id', '=', scope.account.accountId)
    .where('device_name', '=', deviceName)
    .execute();
}

async function usersOf(scope: Scope, devices: readonly MfaDeviceRow[]): Promise<Map<string, UserRow>> {
  const ids = devices.flatMap(({ owner_type, owner_id }) =>
    owner_type === 'user' && owner_id !== null ? [owner_id] : [],
  );
  const users = new Map<string, UserRow>();
  // Databases limit the number of values in one query.
  for (let at = 0; at < ids.length; at += 500) {
    const rows = await scope.queries
      .selectFrom('users')
      .selectAll()
      .where('account_id', '=', scope.account.accountId)
      .where('user_id', 'in', ids.slice(at, at + 500))
      .execute();
    for (const row of rows) users.set(row.user_id, row);
  }
  return users;
}
