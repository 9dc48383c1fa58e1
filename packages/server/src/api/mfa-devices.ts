import { MOST_UNPAGED_ROWS } from '../context/limits.ts';
import {
  bindDevice,
  findBoundDevice,
  type MfaOwner,
  requireBoundDevice,
  unbindAndDeleteDevice,
  unbindDevice,
} from '../mfa/binding.ts';
import { deviceArn, readSerialNumber, serialNumber } from '../mfa/serial-number.ts';
import { targetUser, targetUserArn } from '../mfa/target-user.ts';
import {
  createVirtualDevice,
  deleteVirtualDevice,
  type ListedDevice,
  listVirtualDevices,
} from '../mfa/virtual-device.ts';
import { type Call, type Operation, operation } from '../pipeline/operation.ts';
import { demandOnResource } from '../settings/own-resource.ts';
import { instant } from '../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../wire/page.ts';
import { demandOnAccount } from './demand-on-account.ts';
import { type Dialect, IMS, namedUserReference, RAM } from './dialect.ts';
import { authenticationCode, deviceName, deviceSerialNumber } from './mfa-fields.ts';

/** Converts a device of a list. @param wireOwner writes the id, user name and display name of its owner */
function wireDevice<O>(
  { device, user }: ListedDevice,
  call: Call,
  wireOwner: (id: string, userName: string, displayName: string) => O,
) {
  const { accountId } = call.account;
  const isRoots = user === undefined && device.owner_type === 'root';
  return {
    SerialNumber: serialNumber(accountId, device.device_name),
    ActivateDate: device.bound_at === null ? '' : instant(device.bound_at),
    User: isRoots
      ? wireOwner(accountId, 'root', 'root')
      : user && wireOwner(user.user_id, user.user_name, user.display_name),
  };
}

const imsDevice = (listed: ListedDevice, call: Call) =>
  wireDevice(listed, call, (UserId, userName, DisplayName) => ({
    UserId,
    UserPrincipalName: IMS.wireUserName(userName, call),
    DisplayName,
  }));

const ramDevice = (listed: ListedDevice, call: Call) =>
  wireDevice(listed, call, (UserId, UserName, DisplayName) => ({ UserId, UserName, DisplayName }));

const demandOnDevice = (action: string, device: string, call: Call) => [
  demandOnResource(call, action, deviceArn(call.account.accountId, device)),
];

/** Operations with the same parameters in both dialects, except for the name of the user. */
function operationsOf(dialect: Dialect): readonly Operation[] {
  const { product, version } = dialect;
  return [
    // Creates a virtual device. No other answer contains its seed.
    operation({
      product,
      version,
      name: 'CreateVirtualMFADevice',
      access: 'write',
      security: { effect: 'credential' },
      input: { VirtualMFADeviceName: deviceName },
      authorize: (input, call) =>
        demandOnDevice('ram:CreateVirtualMFADevice', input.VirtualMFADeviceName, call),
      async handle(input, call) {
        const created = await createVirtualDevice(call, input.VirtualMFADeviceName);
        return {
          VirtualMFADevice: {
            SerialNumber: created.serialNumber,
            Base32StringSeed: created.seed,
            QRCodePNG: created.qrCode,
          },
        };
      },
    }),

    // Deletes an unbound virtual device.
    operation({
      product,
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

    // Binds a device to a user. Two consecutive codes prove possession.
    operation({
      product,
      version,
      name: 'BindMFADevice',
      access: 'write',
      security: { effect: 'credential' },
      input: {
        ...dialect.user,
        SerialNumber: deviceSerialNumber,
        AuthenticationCode1: authenticationCode,
        AuthenticationCode2: authenticationCode,
      },
      authorize: (input, call) => demandOnUser(dialect, 'ram:BindMFADevice', input, call),
      async handle(input, call) {
        await bindDevice(call, await ownerOf(dialect, input, call), input.SerialNumber, [
          input.AuthenticationCode1,
          input.AuthenticationCode2,
        ]);
        return {};
      },
    }),

    // Unbinds the device of a user; the device remains and can be bound again.
    operation({
      product,
      version,
      name: 'UnbindMFADevice',
      access: 'write',
      security: { effect: 'credential' },
      input: dialect.user,
      authorize: (input, call) => demandOnUser(dialect, 'ram:UnbindMFADevice', input, call),
      async handle(input, call) {
        return { MFADevice: { SerialNumber: await unbindDevice(call, await ownerOf(dialect, input, call)) } };
      },
    }),
  ];
}

const demandOnUser = (dialect: Dialect, action: string, input: object, call: Call) => [
  demandOnResource(call, action, targetUserArn(call, dialect.namedUser(input, call), dialect.userField)),
];

async function ownerOf(dialect: Dialect, input: object, call: Call): Promise<MfaOwner> {
  const user = await targetUser(call, namedUserReference(dialect, input, call), dialect.userField);
  return { type: 'user', id: user.user_id, name: user.user_name };
}

const wireBound = (device: { readonly device_name: string }, call: Call) => ({
  SerialNumber: serialNumber(call.account.accountId, device.device_name),
  Type: 'VMFA',
});

const imsOperations: readonly Operation[] = [
  ...operationsOf(IMS),

  // Lists virtual devices with their owners.
  operation({
    product: 'Ims',
    version: IMS.version,
    name: 'ListVirtualMFADevices',
    access: 'read',
    input: pageParameters(100),
    authorize: (_, call) => demandOnDevice('ram:ListVirtualMFADevices', '*', call),
    async handle(input, call) {
      const devices = await listVirtualDevices(call, afterMarker(input.Marker), input.MaxItems + 1);
      const { rows, IsTruncated, Marker } = page(devices, input.MaxItems, ({ device }) => device.device_name);
      return {
        VirtualMFADevices: { VirtualMFADevice: rows.map((row) => imsDevice(row, call)) },
        IsTruncated,
        Marker,
      };
    },
  }),

  // Unbinds and deletes the device of a user.
  operation({
    product: 'Ims',
    version: IMS.version,
    name: 'DisableVirtualMFA',
    access: 'write',
    security: { effect: 'credential' },
    input: IMS.user,
    authorize: (input, call) => demandOnUser(IMS, 'ram:DisableVirtualMFA', input, call),
    async handle(input, call) {
      await unbindAndDeleteDevice(call, await ownerOf(IMS, input, call));
      return {};
    },
  }),

  // Returns whether a user, by default the caller, has a device, and which.
  operation({
    product: 'Ims',
    version: IMS.version,
    name: 'GetUserMFAInfo',
    access: 'read',
    input: IMS.optionalUser,
    authorize: (input, call) => demandOnUser(IMS, 'ram:GetUserMFAInfo', input, call),
    async handle(input, call) {
      const device = await findBoundDevice(call, await ownerOf(IMS, input, call));
      if (device === undefined) return { IsMFAEnable: false };
      return { IsMFAEnable: true, MFADevice: wireBound(device, call) };
    },
  }),

  // Returns whether the account root has a device.
  operation({
    product: 'Ims',
    version: IMS.version,
    name: 'GetAccountMFAInfo',
    access: 'read',
    input: {},
    authorize: (_, call) => demandOnAccount('ram:GetAccountMFAInfo', call),
    async handle(_, call) {
      const device = await findBoundDevice(call, { type: 'root', id: call.account.accountId });
      return { IsMFAEnable: device !== undefined };
    },
  }),
];

const ramOperations: readonly Operation[] = [
  ...operationsOf(RAM),

  // Lists all virtual devices with their owners; RAM's operation has no pages.
  operation({
    product: 'Ram',
    version: RAM.version,
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
      return { VirtualMFADevices: { VirtualMFADevice: devices.map((device) => ramDevice(device, call)) } };
    },
  }),

  // Returns the device of a user, by default the caller.
  operation({
    product: 'Ram',
    version: RAM.version,
    name: 'GetUserMFAInfo',
    access: 'read',
    input: RAM.optionalUser,
    authorize: (input, call) => demandOnUser(RAM, 'ram:GetUserMFAInfo', input, call),
    async handle(input, call) {
      const device = await requireBoundDevice(call, await ownerOf(RAM, input, call));
      return { MFADevice: wireBound(device, call) };
    },
  }),
];

/** MFA device operations of IMS and RAM. */
export const mfaDeviceOperations: readonly Operation[] = [...imsOperations, ...ramOperations];
