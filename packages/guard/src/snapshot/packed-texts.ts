/**
 * Flag in the first byte: characters have two bytes each, since one of them needs two. The other bits are the
 * caller's.
 */
const WIDE_FLAG = 0x80;

/**
 * Returns the number of bytes of an encoded length: seven bits each, the lowest first; the highest bit marks
 * continuation.
 */
function lengthBytes(length: number): number {
  let bytes = 1;
  for (let rest = length >>> 7; rest !== 0; rest >>>= 7) bytes++;
  return bytes;
}

/**
 * Packs a few texts and a byte of flags into one buffer: flags, lengths, characters. Every text is restored
 * exactly, even one with lone surrogates.
 *
 * @param flags from 0 to 127
 * @param texts `null` if absent
 * @returns memory that the caller must overwrite if it holds a secret
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
    // One more than the length, so that 0 means null.
    let rest = one === null ? 0 : one.length + 1;
    for (; rest > 0x7f; rest >>>= 7) packed[at++] = (rest & 0x7f) | 0x80;
    packed[at++] = rest;
  }
  packed.write(text, at, isWide ? 'utf16le' : 'latin1');
  return packed;
}

/** Returns the flags of packed texts. */
export function unpackFlags(memory: Buffer, from: number): number {
  return memory[from]! & ~WIDE_FLAG;
}

/**
 * Unpacks texts.
 *
 * @param memory buffer that holds them
 * @param from start offset
 * @param to end offset
 * @param count number of texts
 */
export function unpackTexts(memory: Buffer, from: number, to: number, count: number): (string | null)[] {
  let start = from + 1;
  for (let left = count; left > 0; start++) if (memory[start]! <= 0x7f) left--;
  // All at once: each call into the runtime costs more than the characters.
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
