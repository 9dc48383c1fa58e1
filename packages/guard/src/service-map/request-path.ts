/** Unambiguous path, split at its slashes. */
export interface RequestPath {
  readonly ok: true;
  /**
   * Decoded. Empty for `/`; the last one is empty if the path ends in a slash. INVARIANT: no other is empty,
   * none is `.` or `..`, and none contains `/`, `\`, `%`, `;` or a control character.
   */
  readonly segments: readonly string[];
  /** Which of them were percent-encoded; undefined if none was. */
  readonly encoded: readonly boolean[] | undefined;
}

/** Path that two servers could read differently. */
export interface UnclearPath {
  readonly ok: false;
  readonly kind: 'unclear';
  /** Predicate of "the path of the request". */
  readonly reason: string;
}

const PLAIN = 1;
const SLASH = 2;
const PERCENT = 3;

/** Meaning of each ASCII character in a path; 0, for all others, is refused. */
const MEANINGS = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*,=:@") {
  MEANINGS[character.charCodeAt(0)] = PLAIN;
}
MEANINGS[0x2f] = SLASH;
MEANINGS[0x25] = PERCENT;

/** Why single characters are refused, if it is not that they must be percent-encoded. */
const REASONS: Readonly<Record<string, string>> = {
  ';': 'has a `;`, after which some servers stop reading',
  '+': 'has a `+`, which some servers take for a space: write `%2B`, or `%20` for a space',
  '\\': 'has a `\\`, which some servers take for a `/`',
  '#': 'has a `#`: a fragment is not part of a request',
};

/** No client has to encode these: doing so hides what the path says. */
const NEEDLESSLY_ENCODED = /^[A-Za-z0-9\-._~]$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NEVER_IN_A_SEGMENT = /[/\\%;\u0000-\u001f\u007f-\u009f]/;

/**
 * Parses the path of a request target as the service will read it. Paths that two servers could read
 * differently are refused: dot segments, empty segments, an encoded slash, backslash or percent sign, `;`
 * parameters, a needless encoding, invalid UTF-8, absolute targets, fragments.
 *
 * @param target as received; the query is ignored
 */
export function readRequestPath(target: string): RequestPath | UnclearPath {
  if (target.charCodeAt(0) !== 0x2f) return unclear('does not begin with a `/`');
  const segments: string[] = [];
  let encoded: boolean[] | undefined;
  let isEncoded = false;
  let start = 1;
  let at = 1;
  for (; ; at++) {
    // NaN past the end, which is not an index.
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
    if (at === start && !isEnd) return unclear('has an empty segment (`//`), which some servers remove');
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

/** Returns an unclear path. @param reason predicate of "the path of the request" */
export function unclear(reason: string): UnclearPath {
  return { ok: false, kind: 'unclear', reason };
}
