/** In the first byte: the characters are of two bytes each, since one of them needs it. The rest is the caller's. */
const WIDE_FLAG = 0x80;

/** The number of bytes of a length: seven bits in each, the lowest first; the highest bit says that more follow. */
function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length >>> 7; rest !== 0; rest >>>= 7) bytes++;
  return bytes;
}

/**
 * Packs a few texts, and a byte of flags, into one piece of memory: flags, lengths, characters. Every text comes back
 * as it was, even one that is no valid Unicode.
 *
 * @param flags from 0 to 127
 * @param texts null stands for one that there is not
 * @returns memory that the caller must overwrite when a secret is in it
 */
export function packTexts(flags: number, texts: readonly (string | null)[]): Buffer {
  const text = texts.join('');
  const isWide = !/^[\0-\xff]*$/.test(text);
  let head = 1;
  for (const one of texts) head += lengthBytes(one === null ? 0 : one.length + 1);
  const packed = Buffer.allocUnsafe(head + text.length * (isWide ? 2 : 1));
  packed[0] = isWide ? flags | WIDE_FLAG : flags;
  let at = 1;
  for (const one of texts) {
    // One more than the length, so that 0 is left for none.
    let rest = one === null ? 0 : one.length + 1;
    for (; rest > 0x7f; rest >>>= 7) packed[at++] = (rest & 0x7f) | 0x80;
    packed[at++] = rest;
  }
  packed.write(text, at, isWide ? 'utf16le' : 'latin1');
  return packed;
}

/** The flags of what was packed. */
export function unpackFlags(memory: Buffer, from: number): number {
  return memory[from]! & ~WIDE_FLAG;
}

/**
 * The texts of what was packed.
 *
 * @param memory in which it lies
 * @param from where it begins
 * @param to where it ends
 * @param count how many texts there are
 */
export function unpackTexts(memory: Buffer, from: number, to: number, count: number): (string | null)[] {
  let start = from + 1;
  for (let left = count; left > 0; start++) if (memory[start]! <= 0x7f) left--;
  // All of them at once: each call into the runtime costs more than the characters do.
  const all = memory.toString(memory[from]! & WIDE_FLAG ? 'utf16le' : 'latin1', start, to);
  const texts: (string | null)[] = [];
  let end = 0;
  for (let at = from + 1; at < start; ) {
    let length = 0;
    let byte: number;
    let shift = 0;
    do {
      byte = memory[at++]!;
      length |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte > 0x7f);
    if (length === 0) texts.push(null);
    else {
      const begin = end;
      end += length - 1;
      texts.push(all.slice(begin, end));
    }
  }
  return texts;
}
