const FORM = 'application/x-www-form-urlencoded';
const CHARSET = /;\s*charset\s*=\s*["']?([^\s;"']*)/i;
/** Charsets that are equivalent to UTF-8 here; empty means none is given. */
const UTF_8: ReadonlySet<string> = new Set(['', 'utf-8', 'utf8', 'us-ascii']);

/** Interpretation of the `content-type` of a body that may hold parameters. */
export interface BodyType {
  /** `unclear`: some servers treat it as a form, others do not. */
  readonly kind: 'form' | 'multipart' | 'unclear' | 'other';
  /** Whether names and values are UTF-8, stated or by default. */
  readonly isUtf8: boolean;
}

/** Parses a content type. @param contentType value of the header */
export function readBodyType(contentType: string): BodyType {
  const lower = contentType.toLowerCase();
  const semicolon = lower.indexOf(';');
  const mediaType = (semicolon < 0 ? lower : lower.slice(0, semicolon)).trim();
  return {
    kind: kindOf(mediaType, lower),
    isUtf8: semicolon < 0 || UTF_8.has(CHARSET.exec(lower)?.[1] ?? ''),
  };
}

function kindOf(mediaType: string, whole: string): BodyType['kind'] {
  if (mediaType === FORM) return 'form';
  // PHP ends the type at a blank or comma, and others search the whole for the word.
  if (whole.includes('x-www-form-urlencoded')) return 'unclear';
  return mediaType.startsWith('multipart/form-data') ? 'multipart' : 'other';
}
