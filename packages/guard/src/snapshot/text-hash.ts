/**
 * A 32-bit hash of a text: FNV-1a, finished as in MurmurHash3 so that every bit depends on every character.
 * Nothing is secret in it, so whoever chooses the texts of a table can make it slow: it is for ids, which nobody
 * chooses.
 */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
