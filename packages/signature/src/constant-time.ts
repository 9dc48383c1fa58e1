import { timingSafeEqual } from 'node:crypto';

const HEX_SHA256_LENGTH = 64;
const expectedBytes = Buffer.alloc(HEX_SHA256_LENGTH);
const receivedBytes = new Uint8Array(HEX_SHA256_LENGTH);
const utf8 = new TextEncoder();

/**
 * Whether the signature received is the one expected, in a time that does not depend on where they differ.
 *
 * @param expected what the server computed, in hexadecimal or base64; empty when no signature holds
 * @param received any text at all
 */
export function equalInConstantTime(expected: string, received: string): boolean {
  if (expected === '' || expected.length !== received.length) return false;
  // As UTF-8, since cut down to a byte another character could become the one that is expected.
  if (expected.length === HEX_SHA256_LENGTH) {
    expectedBytes.write(expected, 'latin1');
    // Fewer bytes than there is room for: a character of several would not fit at the end.
    if (utf8.encodeInto(received, receivedBytes).written !== HEX_SHA256_LENGTH) return false;
    return timingSafeEqual(expectedBytes, receivedBytes);
  }
  const bytes = Buffer.from(received, 'utf8');
  return bytes.length === expected.length && timingSafeEqual(Buffer.from(expected, 'latin1'), bytes);
}
