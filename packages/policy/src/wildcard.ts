/** `*`: any number of characters, including none. */
export const MANY = -1;
/** `?`: exactly one character (one UTF-16 code unit). */
export const ONE = -2;

/** Pattern as numbers: code units, with MANY and ONE between them. */
export type WildcardCodes = readonly number[];

/** Converts a pattern: `*` and `?` become wildcards, everything else stays. */
function wildcardCodes(pattern: string): WildcardCodes {
  const codes: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const code = pattern.charCodeAt(at);
    codes.push(code === 0x2a ? MANY : code === 0x3f ? ONE : code);
  }
  return codes;
}

/**
 * Whether the whole text matches a pattern, in which `*` matches any number of characters and `?` exactly
 * one. Case-sensitive. Takes at most pattern × text steps.
 */
export function matchWildcard(pattern: string, text: string): boolean {
  return matchCodes(wildcardCodes(pattern), text);
}

/**
 * Matches wildcards. It backtracks to the last `*` only: an earlier one could not help, since the last one
 * can take whatever the earlier one would have taken.
 */
export function matchCodes(codes: WildcardCodes, text: string): boolean {
  let next = 0;
  let at = 0;
  let lastMany = -1;
  let takenUpTo = 0;
  while (at < text.length) {
    const code = next < codes.length ? codes[next]! : undefined;
    if (code === MANY) {
      lastMany = next++;
      takenUpTo = at;
    } else if (code !== undefined && (code === ONE || code === text.charCodeAt(at))) {
      next++;
      at++;
    } else if (lastMany >= 0) {
      next = lastMany + 1;
      at = ++takenUpTo;
    } else {
      return false;
    }
  }
  while (next < codes.length && codes[next] === MANY) next++;
  return next === codes.length;
}
