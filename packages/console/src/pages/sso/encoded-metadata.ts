/** A document as the operations on providers want it: base64 of its bytes. */
export function encodedMetadata(document: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(document)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
