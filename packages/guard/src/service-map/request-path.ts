/** A path that every server reads alike, cut at its slashes. */
export interface RequestPath {
  readonly ok: true;
  /**
   * Decoded. None for `/`; the last one is empty when the path ends in a slash.
   * INVARIANT: no other is empty, none is `.` or `..`, and none holds `/`, `\`, `%`, `;` or a control character.
   */
  readonly segments: readonly string[];
  /** Which of them were percent-encoded; undefined when none was. */
  readonly encoded: readonly boolean[] | undefined;
}

/** A path that two servers could read as two different ones. */
export interface UnclearPath {
  readonly ok: false;
  readonly kind: 'unclear';
  /** Follows "the path of the request". */
  readonly reason: string;
}

const PLAIN = 1;
const SLASH = 2;
const PERCENT = 3;

/** What each ASCII character means in a path; 0, which is all others, is refused. */
const MEANINGS = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*,=:@") {
  MEANINGS[character.charCodeAt(0)] = PLAIN;
}
MEANINGS[0x2f] = SLASH;
MEANINGS[0x25] = PERCENT;

/** Why single characters are refused, where it is not that they must be percent-encoded. */
const REASONS: Readonly<Record<string, string>> = {
  ';': 'has a `;`, after which some servers stop reading',
  '+': 'has a `+`, which some servers take for a space: write `%2B`, or `%20` for a space',
  '\\': 'has a `\\`, which some servers take for a `/`',
  '#': 'has a `#`: a fragment is no part of a request',
};

/** Whoever encodes these hides what the path says: no client has to. */
const NEEDLESSLY_ENCODED = /^[A-Za-z0-9\-._~]$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NEVER_IN_A_SEGMENT = /[/\\%;\u0000-\u001f\u007f-\u009f]/;

/**
 * Reads the path of a request target as the service behind will read it; what two servers could read differently
 * is refused: dot segments, empty segments, an encoded slash, backslash or percent sign, `;` parameters, a needless
 * encoding, bytes that are no UTF-8, absolute targets, fragments.
 *
 * @param target as it stood on the wire; the query is not looked at
 */
export function readRequestPath(target: string): RequestPath | UnclearPath {
  if (target.charCodeAt(0) !== 0x2f) return unclear('does not begin with a `/`');
  const segments: string[] = [];
  let encoded: boolean[] | undefined;
  let isEncoded = false;
  let start = 1;
  let at = 1;
  for (; ; at++) {
    // Past the end it is NaN, which is no index.
    const code = target.charCodeAt(at);
    const meaning = MEANINGS[code];
    if (meaning === PLAIN) continue;
    if (meaning === PERCENT) {
      isEncoded = true;
      continue;
    }
    const isEnd = at >= target.length || code === 0x3f;
    if (meaning !== SLASH && !isEnd) return unclear(reasonFor(target[at]!));
    if (isEnd && segments.length === 0 && at === start) break;
    if (at === start && !isEnd) return unclear('has an empty segment (`//`), which some servers leave out');
    let segment = target.slice(start, at);
    if (isEncoded) {
      const decoded = decodeSegment(segment);
      if (typeof decoded !== 'string') return decoded;
      segment = decoded;
      encoded ??= [];
      encoded[segments.length] = true;
      isEncoded = false;
    }
    if (segment === '.' || segment === '..') {
      return unclear('has a dot segment, which some servers resolve and others do not');
    }
    segments.push(segment);
    if (isEnd) break;
    start = at + 1;
  }
  return { ok: true, segments, encoded };
}

function reasonFor(character: string): string {
  return REASONS[character] ?? 'has a character that must be percent-encoded';
}

function decodeSegment(segment: string): string | UnclearPath {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    return unclear('is not percent-encoded UTF-8');
  }
  if (NEVER_IN_A_SEGMENT.test(decoded)) {
    return unclear(
      'has an encoded `/`, `\\`, `%`, `;` or control character, which servers decode differently',
    );
  }
  for (let at = segment.indexOf('%'); at >= 0; at = segment.indexOf('%', at + 1)) {
    const byte = Number.parseInt(segment.slice(at + 1, at + 3), 16);
    if (byte < 0x80 && NEEDLESSLY_ENCODED.test(String.fromCharCode(byte))) {
      return unclear('has a letter, digit, `-`, `.`, `_` or `~` that is percent-encoded: write it as it is');
    }
  }
  return decoded;
}

/** @param reason follows "the path of the request" */
export function unclear(reason: string): UnclearPath {
  return { ok: false, kind: 'unclear', reason };
}
