const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~';
/** Escape of each byte. */
const ESCAPES = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);
/** 1 for each ASCII code that is not escaped. */
const IS_UNRESERVED = Uint8Array.from({ length: 128 }, (_, code) =>
  UNRESERVED.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** From this length on the built-in function is used, which costs more per call and less per character. */
const LONG_TEXT = 512;

/** Escapes decoded one by one; the rest of a text is left to the built-in function. */
const FEW_ESCAPES = 8;

/** Characters that RFC 3986 reserves and `encodeURIComponent` does not escape. */
const RESERVED_UNESCAPED = /[!'()*]/g;

/** Whether percent-encoding would leave a text unchanged. */
export function isUnreserved(text: string): boolean {
  return firstReserved(text) === text.length;
}

/**
 * Percent-encodes by RFC 3986: everything except `A-Za-z0-9-_.~`, as UTF-8, in upper-case hexadecimal; a
 * space is `%20`.
 *
 * @throws URIError for a lone surrogate, which UTF-8 cannot express; decoded text never contains one
 */
export function percentEncode(text: string): string {
  if (text.length > LONG_TEXT) {
    return encodeURIComponent(text).replace(RESERVED_UNESCAPED, (char) => ESCAPES[char.charCodeAt(0)]!);
  }
  let at = firstReserved(text);
  if (at === text.length) return text;
  let encoded = '';
  let start = 0;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (IS_UNRESERVED[code] === 1) continue;
    encoded += text.slice(start, at);
    if (code < 0x80) {
      encoded += ESCAPES[code]!;
    } else if (code < 0x800) {
      encoded += ESCAPES[0xc0 | (code >> 6)]! + ESCAPES[0x80 | (code & 0x3f)]!;
    } else if (code < 0xd800 || code > 0xdfff) {
      encoded += ESCAPES[0xe0 | (code >> 12)]!;
      encoded += ESCAPES[0x80 | ((code >> 6) & 0x3f)]! + ESCAPES[0x80 | (code & 0x3f)]!;
    } else {
      encoded += encodeURIComponent(text.slice(at, at + 2));
      at += 1;
    }
    start = at + 1;
  }
  return encoded + text.slice(start);
}

/**
 * Decodes percent-encoded UTF-8.
 *
 * @throws URIError when an escape or the UTF-8 is malformed
 */
export function percentDecode(text: string): string {
  let sign = text.indexOf('%');
  if (sign < 0) return text;
  let decoded = '';
  let start = 0;
  for (let escapes = 0; sign >= 0; escapes++) {
    const code = (hexDigit(text.charCodeAt(sign + 1)) << 4) | hexDigit(text.charCodeAt(sign + 2));
    // The built-in decoder defines what is malformed; it is slow for a single `%40`.
    if (code < 0 || code >= 128 || escapes >= FEW_ESCAPES)
      return decoded + decodeURIComponent(text.slice(start));
    decoded += text.slice(start, sign) + String.fromCharCode(code);
    start = sign + 3;
    sign = text.indexOf('%', start);
  }
  return decoded + text.slice(start);
}

function firstReserved(text: string): number {
  let at = 0;
  // A code beyond the table yields undefined.
  while (at < text.length && IS_UNRESERVED[text.charCodeAt(at)] === 1) at++;
  return at;
}

/** Returns the value of a hexadecimal digit, -1 for any other character. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Compares two texts by their UTF-8 bytes. JavaScript's `<` orders differently beyond U+FFFF. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

// Surrogates encode code points above U+FFFF, so they sort after U+E000 to U+FFFF.
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Sorts names in place by their bytes. Most clients send them sorted, so that is checked first. */
export function sortByBytes(names: string[]): string[] {
  for (let at = 1; at < names.length; at++) {
    if (compareBytes(names[at - 1]!, names[at]!) > 0) return names.sort(compareBytes);
  }
  return names;
}
