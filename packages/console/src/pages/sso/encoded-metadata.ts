/** Encodes a metadata document as base64, as the API requires. */
export function encodedMetadata(document: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(document)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
