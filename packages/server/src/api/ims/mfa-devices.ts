import { arn } from '../../context/arn.ts';
import {
  bindDevice,
  disableDevice,
  findBoundDevice,
  type MfaOwner,
  unbindDevice,
} from '../../mfa/binding.ts';
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
import { principalName } from '../../users/user.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { optional } from '../../wire/parameter.ts';
import { authenticationCode, deviceName, deviceSerialNumber } from '../mfa-fields.ts';
import { userNameOf, userPrincipalName, userReference } from './user-reference.ts';

const version = '2019-08-15';

const name = 'UserPrincipalName';

type Named = { readonly UserPrincipalName: string | undefined };

const demand = (action: string, input: Named, call: Call) => {
  const { UserPrincipalName: principal } = input;
  const userName = principal === undefined ? undefined : userNameOf(principal, call);
  return [demandOnResource(call, action, targetUserArn(call, userName, name))];
};

const demandOnDevice = (action: string, device: string, call: Call) => [
  demandOnResource(call, action, deviceArn(call.account.accountId, device)),
];

async function ownerOf(input: Named, call: Call): Promise<MfaOwner> {
  const user = await targetUser(call, userReference(input, call), name);
  return { type: 'user', id: user.user_id, name: user.user_name };
}

function wireDevice({ device, user }: ListedDevice, call: Call) {
  const { accountId, defaultDomain } = call.account;
  const root = device.owner_type === 'root' && {
    UserId: accountId,
    UserPrincipalName: principalName('root', defaultDomain),
    DisplayName: 'root',
  };
  const owner = user && {
    UserId: user.user_id,
    UserPrincipalName: principalName(user.user_name, defaultDomain),
    DisplayName: user.display_name,
  };
  return {
    SerialNumber: serialNumber(accountId, device.device_name),
    ActivateDate: device.bound_at === null ? '' : instant(device.bound_at),
    User: owner ?? (root || undefined),
  };
}

/** The operations on MFA devices of IMS. */
export const mfaDeviceOperations: readonly Operation[] = [
  // Makes a virtual device; the only answer that ever has its seed.
  operation({
    product: 'Ims',
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

  // The virtual devices and whose they are.
  operation({
    product: 'Ims',
    version,
    name: 'ListVirtualMFADevices',
    access: 'read',
    input: pageParameters(100),
    authorize: (_, call) => demandOnDevice('ram:ListVirtualMFADevices', '*', call),
    async handle(input, call) {
      const devices = await listVirtualDevices(call, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows, IsTruncated, Marker } = page(devices, input.MaxItems, ({ device }) => device.device_name);
      return {
        VirtualMFADevices: { VirtualMFADevice: rows.map((row) => wireDevice(row, call)) },
        IsTruncated,
        Marker,
      };
    },
  }),

  // Deletes a virtual device that is bound to nobody.
  operation({
    product: 'Ims',
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
    product: 'Ims',
    version,
    name: 'BindMFADevice',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      UserPrincipalName: userPrincipalName,
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
    product: 'Ims',
    version,
    name: 'UnbindMFADevice',
    access: 'write',
    security: { effect: 'credential' },
    input: { UserPrincipalName: userPrincipalName },
    authorize: (input, call) => demand('ram:UnbindMFADevice', input, call),
    async handle(input, call) {
      return { MFADevice: { SerialNumber: await unbindDevice(call, await ownerOf(input, call)) } };
    },
  }),

  // Unbinds the device of a user and deletes it.
  operation({
    product: 'Ims',
    version,
    name: 'DisableVirtualMFA',
    access: 'write',
    security: { effect: 'credential' },
    input: { UserPrincipalName: userPrincipalName },
    authorize: (input, call) => demand('ram:DisableVirtualMFA', input, call),
    async handle(input, call) {
      await disableDevice(call, await ownerOf(input, call));
      return {};
    },
  }),

  // Whether a user, or the caller itself, has a device, and which.
  operation({
    product: 'Ims',
    version,
    name: 'GetUserMFAInfo',
    access: 'read',
    input: { UserPrincipalName: optional(userPrincipalName) },
    authorize: (input, call) => demand('ram:GetUserMFAInfo', input, call),
    async handle(input, call) {
      const device = await findBoundDevice(call, await ownerOf(input, call));
      if (device === undefined) return { IsMFAEnable: false };
      return {
        IsMFAEnable: true,
        MFADevice: {
          SerialNumber: serialNumber(call.account.accountId, device.device_name),
          Type: 'VMFA',
        },
      };
    },
  }),

  // Whether the account root has a device.
  operation({
    product: 'Ims',
    version,
    name: 'GetAccountMFAInfo',
    access: 'read',
    input: {},
    authorize: (_, call) => [
      { action: 'ram:GetAccountMFAInfo', resource: arn.account(call.account.accountId) },
    ],
    async handle(_, call) {
      const device = await findBoundDevice(call, { type: 'root', id: call.account.accountId });
      return { IsMFAEnable: device !== undefined };
    },
  }),
];
