import { randomFillSync } from 'node:crypto';

/** Ids generated per batch: most of the cost of an id is the call for randomness and the string. */
const IDS = 256;
const BYTES = 16;
const LETTERS = 36;
const HYPHEN = 0x2d;
const DIGITS = Buffer.from('0123456789ABCDEF');
/** Bytes of a UUID that are preceded by a hyphen. */
const AFTER_HYPHEN: ReadonlySet<number> = new Set([4, 6, 8, 10]);

const random = new Uint8Array(IDS * BYTES);
const letters = Buffer.alloc(IDS * LETTERS);
let ids = '';
let next = 0;

/** Returns a random UUID (version 4) in upper case, as RAM's request ids are. */
export function newRequestId(): string {
  if (next === ids.length) makeIds();
  const at = next;
  next += LETTERS;
  return ids.slice(at, next);
}

function makeIds(): void {
  randomFillSync(random);
  writeLetters();
  ids = letters.toString('latin1');
  next = 0;
}

// A separate function: code after such a loop in the same function is deoptimised each time.
function writeLetters(): void {
  let to = 0;
  for (let at = 0; at < random.length; at++) {
    const place = at % BYTES;
    if (AFTER_HYPHEN.has(place)) letters[to++] = HYPHEN;
    let byte = random[at]!;
    if (place === 6) byte = (byte & 0x0f) | 0x40;
    else if (place === 8) byte = (byte & 0x3f) | 0x80;
    letters[to++] = DIGITS[byte >> 4]!;
    letters[to++] = DIGITS[byte & 15]!;
  }
}
