const UNRESERVED_ONLY = /^[A-Za-z0-9\-_.~]*$/;

/** Whether percent-encoding would leave the text as it is. */
export function isUnreserved(text: string): boolean {
  return UNRESERVED_ONLY.test(text);
}

/**
 * Percent-encodes by RFC 3986: all but `A-Za-z0-9-_.~`, as UTF-8, in upper-case hexadecimal, a space as `%20`.
 *
 * @throws URIError when the text has a lone surrogate, which UTF-8 cannot express; decoded text never has one.
 */
export function percentEncode(text: string): string {
  if (UNRESERVED_ONLY.test(text)) return text;
  return encodeURIComponent(text).replace(/[!'()*]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Orders texts as their UTF-8 bytes are ordered, which JavaScript's `<` does not do beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

// Surrogates stand for code points above U+FFFF, so they rank after U+E000 to U+FFFF.
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Sorts names in place by their bytes; most clients send them sorted, so that is looked at first. */
export function sortByBytes(names: string[]): string[] {
  for (let at = 1; at < names.length; at++) {
    if (compareBytes(names[at - 1]!, names[at]!) > 0) return names.sort(compareBytes);
  }
  return names;
}
