const FORM = 'application/x-www-form-urlencoded';
const CHARSET = /;\s*charset\s*=\s*["']?([^\s;"']*)/i;
/** Charsets in which bytes mean what they mean here; an empty one is none. */
const UTF_8: ReadonlySet<string> = new Set(['', 'utf-8', 'utf8', 'us-ascii']);

/** What the `content-type` of a body says to whoever looks for parameters in it. */
export interface BodyType {
  /** `unclear`: a form of parameters to some servers, and not to others. */
  readonly kind: 'form' | 'multipart' | 'unclear' | 'other';
  /** Whether names and values are to be read as UTF-8, or nothing is said of it. */
  readonly isUtf8: boolean;
}

/** @param contentType the value of the header */
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
