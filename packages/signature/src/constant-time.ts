import { timingSafeEqual } from 'node:crypto';

const BEYOND_ONE_BYTE = /[\u0100-\uffff]/;
const HEX_SHA256_LENGTH = 64;
const expectedBytes = Buffer.alloc(HEX_SHA256_LENGTH);
const receivedBytes = Buffer.alloc(HEX_SHA256_LENGTH);

/**
 * Whether the signature received is the one expected, in a time that does not depend on where they differ.
 *
 * @param expected what the server computed, in hexadecimal or base64
 * @param received any text at all
 */
export function equalInConstantTime(expected: string, received: string): boolean {
  // Another character could be cut down to the one that is expected.
  if (expected.length !== received.length || BEYOND_ONE_BYTE.test(received)) return false;
  if (expected.length === HEX_SHA256_LENGTH) {
    expectedBytes.write(expected, 'latin1');
    receivedBytes.write(received, 'latin1');
    return timingSafeEqual(expectedBytes, receivedBytes);
  }
  return timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(received, 'latin1'));
}
