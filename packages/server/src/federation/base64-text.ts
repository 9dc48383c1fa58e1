/**
 * The text that a Base64 parameter holds: UTF-8, white space within the Base64 does not count. Decoders differ in what
 * they pass over; so nothing else is.
 * @returns undefined when it is none
 */
export function decodeBase64Text(encoded: string): string | undefined {
  const packed = encoded.replace(/\s/g, '');
  if (packed === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(packed, 'base64'));
  } catch {
    return undefined;
  }
}
