import { timingSafeEqual } from 'node:crypto';

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
  if (expected.length !== received.length) return false;
  if (expected.length === HEX_SHA256_LENGTH) {
    expectedBytes.write(expected, 'latin1');
    // As UTF-8, so that no other character is cut down to one that is expected.
    return (
      receivedBytes.write(received, 'utf8') === HEX_SHA256_LENGTH &&
      timingSafeEqual(expectedBytes, receivedBytes)
    );
  }
  const right = Buffer.from(received, 'utf8');
  return right.length === expected.length && timingSafeEqual(Buffer.from(expected, 'latin1'), right);
}
