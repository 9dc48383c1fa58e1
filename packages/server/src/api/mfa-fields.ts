import { DEVICE_NAME, SERIAL_NUMBER } from '../mfa/serial-number.ts';
import { type Parameter, secret, text } from '../wire/parameter.ts';

/** Name of a virtual MFA device. */
export const deviceName = text({ max: 64, chars: DEVICE_NAME });

/** Serial number of a virtual MFA device. */
export const deviceSerialNumber = text({ max: 256, format: SERIAL_NUMBER });

const sixDigits = text({ format: /^\d{6}$/ });

/** One of the two codes; RAM's refusal of a malformed one does not say which. */
export const authenticationCode: Parameter<string> = secret({
  ...sixDigits,
  read(name, wire) {
    const code = wire.get(name);
    if (code === undefined || code === '') return sixDigits.read(name, wire);
    return sixDigits.read('AuthenticationCode', new Map([['AuthenticationCode', code]]));
  },
});
