import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { bindDevice } from '../mfa/binding.ts';
import { createVirtualDevice, enrolmentCode, findVirtualDevice } from '../mfa/virtual-device.ts';
import { placeOfSessionDevice } from '../secrets/sealed-columns.ts';
import { Secret } from '../wire/secret.ts';
import { type ConsoleSession, changeConsoleSession } from './console-session.ts';

/** Seed of a new device, for an authenticator app. */
export interface EnrolmentSeed {
  /** Base32. */
  readonly seed: Secret;
  /** PNG, Base64. */
  readonly qrCode: Secret;
}

/** Gives the owner of a session the seed of a new device, in place of one that is not bound yet. */
export async function beginDeviceEnrolment(scope: Scope, session: ConsoleSession): Promise<EnrolmentSeed> {
  const { row, account, owner } = session;
  const { identifiers, secrets } = scope.services;
  const seed = identifiers.mfaSeed();
  const { accountId, wrappedDataKey, defaultDomain } = account;
  await changeConsoleSession(scope.queries, row.session_hash, {
    sealed_seed: await secrets.seal(accountId, wrappedDataKey, seed, placeOfSessionDevice(row)),
  });
  return { seed: new Secret(seed), qrCode: await enrolmentCode(seed, `${owner.name}@${defaultDomain}`) };
}

/**
 * Creates the device and binds it to the owner of the session, who proves its possession by two consecutive codes.
 * @throws Refusal CheckAuthenticationCodeFail, EntityAlreadyExists.User.MFADevice, LimitExceeded.VirtualMFADevice
 */
export async function finishDeviceEnrolment(
  scope: Scope,
  session: ConsoleSession,
  codes: readonly [string, string],
): Promise<void> {
  const { row, account, owner } = session;
  if (row.sealed_seed === null) throw new Refusal('CheckAuthenticationCodeFail');
  const { accountId, wrappedDataKey } = account;
  const place = placeOfSessionDevice(row);
  const seed = await scope.services.secrets.open(accountId, wrappedDataKey, row.sealed_seed, place);
  const made = await createVirtualDevice(scope, await freeDeviceName(scope, owner.name), seed);
  await bindDevice(scope, owner, made.serialNumber, codes);
}

/** Returns the owner's name as the device name, or a variant of it if that is taken. */
async function freeDeviceName(scope: Scope, ownName: string): Promise<string> {
  for (let number = 1; number < 100; number++) {
    const name = number === 1 ? ownName : `${ownName.slice(0, 60)}-${number}`;
    if ((await findVirtualDevice(scope, name)) === undefined) return name;
  }
  throw new Refusal('EntityAlreadyExists.VirtualMFADevice', { name: ownName });
}
