/**
 * Decodes a Base64 parameter as UTF-8. White space is ignored; all other characters outside the alphabet are
 * refused, since decoders differ in what they skip.
 * @returns undefined if it is not Base64 of UTF-8
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
