/** The name of a virtual MFA device: letters, digits and `. _ -`, so that a user's own device can have its name. */
export const deviceNameForm = /^[\w.-]{1,64}$/;

/** How RAM writes the serial number of a virtual MFA device. */
export const serialNumberForm = /^acs:ram:[^:]*:\d{1,20}:mfa\/[\w.-]{1,64}$/;

/** The serial number of a device, as answers have it. */
export const serialNumber = (accountId: string, deviceName: string): string =>
  `acs:ram::${accountId}:mfa/${deviceName}`;

/** The resource that policies name a device by. @param deviceName `*` for all */
export const deviceArn = (accountId: string, deviceName: string): string =>
  `acs:ram:*:${accountId}:mfa/${deviceName}`;

/** The account and the name in a serial number of that form. */
export function readSerialNumber(text: string): { readonly accountId: string; readonly deviceName: string } {
  const [, , , accountId = '', relativeId = ''] = text.split(':');
  return { accountId, deviceName: relativeId.slice('mfa/'.length) };
}
