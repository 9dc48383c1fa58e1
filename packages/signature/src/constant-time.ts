import { timingSafeEqual } from 'node:crypto';

const HEX_SHA256_LENGTH = 64;
const expectedBytes = Buffer.alloc(HEX_SHA256_LENGTH);
const receivedBytes = new Uint8Array(HEX_SHA256_LENGTH);
const utf8 = new TextEncoder();

/**
 * Compares a received signature with the expected one, in a time that does not depend on where they differ.
 *
 * @param expected computed by the server, in hexadecimal or base64; empty when no signature is valid
 * @param received any text
 */
export function equalInConstantTime(expected: string, received: string): boolean {
  if (expected === '' || expected.length !== received.length) return false;
  // Encoded as UTF-8: truncated to a byte, another character could equal the expected one.
  if (expected.length === HEX_SHA256_LENGTH) {
    expectedBytes.write(expected, 'latin1');
    // Fewer bytes written than the buffer holds: a multi-byte character did not fit at the end.
    if (utf8.encodeInto(received, receivedBytes).written !== HEX_SHA256_LENGTH) return false;
    return timingSafeEqual(expectedBytes, receivedBytes);
  }
  const bytes = Buffer.from(received, 'utf8');
  return bytes.length === expected.length && timingSafeEqual(Buffer.from(expected, 'latin1'), bytes);
}
