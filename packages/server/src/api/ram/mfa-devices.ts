import { MOST_UNPAGED_ROWS } from '../../context/limits.ts';
import { bindDevice, type MfaOwner, requireBoundDevice, unbindDevice } from '../../mfa/binding.ts';
import { deviceArn, readSerialNumber, serialNumber } from '../../mfa/serial-number.ts';
import { targetUser, targetUserArn } from '../../mfa/target-user.ts';
import {
  createVirtualDevice,
  deleteVirtualDevice,
  type ListedDevice,
  listVirtualDevices,
} from '../../mfa/virtual-device.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { demandOnResource } from '../../settings/own-resource.ts';
import { instant } from '../../wire/instant.ts';
import { authenticationCode, deviceName, deviceSerialNumber } from '../mfa-fields.ts';
import { optionalUserName, userName, userReference } from './user-name.ts';

const version = '2015-05-01';

const name = 'UserName';

type Named = { readonly UserName: string | undefined };

const demand = (action: string, input: Named, call: Call) => [
  demandOnResource(call, action, targetUserArn(call, input.UserName, name)),
];

const demandOnDevice = (action: string, device: string, call: Call) => [
  demandOnResource(call, action, deviceArn(call.account.accountId, device)),
];

async function ownerOf(input: Named, call: Call): Promise<MfaOwner> {
  const user = await targetUser(call, userReference(input), name);
  return { type: 'user', id: user.user_id, name: user.user_name };
}

function wireDevice({ device, user }: ListedDevice, call: Call) {
  const { accountId } = call.account;
  const root = device.owner_type === 'root' && {
    UserId: accountId,
    UserName: 'root',
    DisplayName: 'root',
  };
  const owner = user && {
    UserId: user.user_id,
    UserName: user.user_name,
    DisplayName: user.display_name,
  };
  return {
    SerialNumber: serialNumber(accountId, device.device_name),
    ActivateDate: device.bound_at === null ? '' : instant(device.bound_at),
    User: owner ?? (root || undefined),
  };
}

/** The operations on MFA devices of RAM. */
export const mfaDeviceOperations: readonly Operation[] = [
  // Makes a virtual device; the only answer that ever has its seed.
  operation({
    product: 'Ram',
    version,
    name: 'CreateVirtualMFADevice',
    access: 'write',
    security: { effect: 'credential' },
    input: { VirtualMFADeviceName: deviceName },
    authorize: (input, call) =>
      demandOnDevice('ram:CreateVirtualMFADevice', input.VirtualMFADeviceName, call),
    async handle(input, call) {
      const made = await createVirtualDevice(call, input.VirtualMFADeviceName);
      return {
        VirtualMFADevice: {
          SerialNumber: made.serialNumber,
          Base32StringSeed: made.seed,
          QRCodePNG: made.qrCode,
        },
      };
    },
  }),

  // Virtual devices and their owners; this dialect has no pages of them.
  operation({
    product: 'Ram',
    version,
    name: 'ListVirtualMFADevices',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnDevice('ram:ListVirtualMFADevices', '*', call),
    async handle(_, call) {
      const found = await listVirtualDevices(call, '', MOST_UNPAGED_ROWS + 1);
      const devices = found.slice(0, MOST_UNPAGED_ROWS);
      if (found.length > devices.length) {
        call.warn(
          `Only the first ${MOST_UNPAGED_ROWS} devices are in the answer: ListVirtualMFADevices of IMS has pages`,
        );
      }
      return { VirtualMFADevices: { VirtualMFADevice: devices.map((device) => wireDevice(device, call)) } };
    },
  }),

  // Deletes a virtual device that is bound to nobody.
  operation({
    product: 'Ram',
    version,
    name: 'DeleteVirtualMFADevice',
    access: 'write',
    security: { effect: 'credential' },
    input: { SerialNumber: deviceSerialNumber },
    authorize: (input, call) =>
      demandOnDevice('ram:DeleteVirtualMFADevice', readSerialNumber(input.SerialNumber).deviceName, call),
    async handle(input, call) {
      await deleteVirtualDevice(call, input.SerialNumber);
      return {};
    },
  }),

  // Binds a device to a user, who shows by two consecutive codes to have it.
  operation({
    product: 'Ram',
    version,
    name: 'BindMFADevice',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      UserName: userName,
      SerialNumber: deviceSerialNumber,
      AuthenticationCode1: authenticationCode,
      AuthenticationCode2: authenticationCode,
    },
    authorize: (input, call) => demand('ram:BindMFADevice', input, call),
    async handle(input, call) {
      await bindDevice(call, await ownerOf(input, call), input.SerialNumber, [
        input.AuthenticationCode1,
        input.AuthenticationCode2,
      ]);
      return {};
    },
  }),

  // Unbinds the device of a user; it stays, and can be bound again.
  operation({
    product: 'Ram',
    version,
    name: 'UnbindMFADevice',
    access: 'write',
    security: { effect: 'credential' },
    input: { UserName: userName },
    authorize: (input, call) => demand('ram:UnbindMFADevice', input, call),
    async handle(input, call) {
      return { MFADevice: { SerialNumber: await unbindDevice(call, await ownerOf(input, call)) } };
    },
  }),

  // Which device a user, or the caller itself, has.
  operation({
    product: 'Ram',
    version,
    name: 'GetUserMFAInfo',
    access: 'read',
    input: { UserName: optionalUserName },
    authorize: (input, call) => demand('ram:GetUserMFAInfo', input, call),
    async handle(input, call) {
      const device = await requireBoundDevice(call, await ownerOf(input, call));
      return {
        MFADevice: {
          SerialNumber: serialNumber(call.account.accountId, device.device_name),
          Type: 'VMFA',
        },
      };
    },
  }),
];
