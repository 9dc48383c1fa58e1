import { randomFillSync } from 'node:crypto';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
const BYTES = 16;
/** Drawn at once, since each draw costs more than the id made of it. */
const pool = new Uint8Array(BYTES * 256);
let next = pool.length;

/** A random UUID (version 4) in upper case, as RAM's request ids are. */
export function newRequestId(): string {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  const at = next;
  next += BYTES;
  const version = (pool[at + 6]! & 0x0f) | 0x40;
  const variant = (pool[at + 8]! & 0x3f) | 0x80;
  return `${hex(at)}${hex(at + 1)}${hex(at + 2)}${hex(at + 3)}-${hex(at + 4)}${hex(at + 5)}-${HEX[version]}${hex(at + 7)}-${HEX[variant]}${hex(at + 9)}-${hex(at + 10)}${hex(at + 11)}${hex(at + 12)}${hex(at + 13)}${hex(at + 14)}${hex(at + 15)}`;
}

function hex(at: number): string {
  return HEX[pool[at]!]!;
}
