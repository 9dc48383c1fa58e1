/** Names of virtual MFA devices: letters, digits and `. _ -`, so that a user's own device can have its name. */
export const DEVICE_NAME = /^[\w.-]{1,64}$/;

/** Serial numbers of virtual MFA devices, as in RAM. */
export const SERIAL_NUMBER = /^acs:ram:[^:]*:\d{1,20}:mfa\/[\w.-]{1,64}$/;

/** Returns the serial number of a device, as answers have it. */
export const serialNumber = (accountId: string, deviceName: string): string =>
  `acs:ram::${accountId}:mfa/${deviceName}`;

/** Returns the resource that policies name a device by. @param deviceName `*` for all */
export const deviceArn = (accountId: string, deviceName: string): string =>
  `acs:ram:*:${accountId}:mfa/${deviceName}`;

/** Parses the account and the device name of a serial number. */
export function readSerialNumber(text: string): { readonly accountId: string; readonly deviceName: string } {
  const [, , , accountId = '', relativeId = ''] = text.split(':');
  return { accountId, deviceName: relativeId.slice('mfa/'.length) };
}
