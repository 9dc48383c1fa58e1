import { SignatureError } from './errors.ts';

/** Headers that signatures cover, and some others that nearly every request has. */
const KNOWN_NAMES = [
  'authorization',
  'host',
  'accept',
  'content-md5',
  'content-type',
  'date',
  'x-acs-accesskey-id',
  'x-acs-action',
  'x-acs-bearer-token',
  'x-acs-content-sha256',
  'x-acs-content-sm3',
  'x-acs-credentials-provider',
  'x-acs-date',
  'x-acs-security-token',
  'x-acs-signature-method',
  'x-acs-signature-nonce',
  'x-acs-signature-version',
  'x-acs-version',
  'x-acs-zero-trust-idtoken',
  'accept-encoding',
  'connection',
  'content-length',
  'transfer-encoding',
  'user-agent',
] as const;

export type KnownHeader = (typeof KNOWN_NAMES)[number];

const PLACES = new Map<string, number>();
for (const [place, name] of KNOWN_NAMES.entries()) {
  PLACES.set(name, place);
  // Clients write these names in lower case or capitalised; both are found without allocating a string.
  const withCapitals = name.replace(/(^|-)[a-z]/g, (initial) => initial.toUpperCase());
  PLACES.set(withCapitals, place);
}
const NO_VALUES: readonly (string | undefined)[] = KNOWN_NAMES.map(() => undefined);

/** Returns the index of a known header, for repeated use with {@link HeaderFields.at}. */
export function placeOf(name: KnownHeader): number {
  return KNOWN_NAMES.indexOf(name);
}

/** Returns the header of an index; the inverse of {@link placeOf}. */
export function nameAt(place: number): KnownHeader {
  return KNOWN_NAMES[place]!;
}

/** Returns the index of a header, `undefined` if the header is not a known one. */
export function findPlace(name: string): number | undefined {
  return PLACES.get(name);
}

/**
 * Header fields of a request by lower-case name. A field that is read must occur once: with two, a proxy and
 * a server could each use another one.
 */
export class HeaderFields {
  readonly #known = NO_VALUES.slice();
  /** Bit set by index. */
  #repeatedPlaces = 0;
  #others: Map<string, string> | undefined;
  #repeatedOthers: Set<string> | undefined;

  /** @param rawHeaders name, value, name, value …, as in `node:http` */
  constructor(rawHeaders: readonly string[]) {
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const name = rawHeaders[at]!;
      const place = PLACES.get(name) ?? PLACES.get(name.toLowerCase());
      if (place === undefined) this.#addOther(name.toLowerCase(), rawHeaders[at + 1]!);
      else if (this.#known[place] === undefined) this.#known[place] = rawHeaders[at + 1]!;
      else this.#repeatedPlaces |= 1 << place;
    }
  }

  /**
   * Returns the trimmed value of a known field, `undefined` if absent.
   *
   * @param place returned by {@link placeOf}
   * @throws SignatureError `IncompleteSignature` when the field occurs more than once
   */
  at(place: number): string | undefined {
    if ((this.#repeatedPlaces & (1 << place)) !== 0) throw repeated(nameAt(place));
    const value = this.#known[place];
    return value === undefined ? undefined : trimBlanks(value);
  }

  /**
   * Returns the trimmed value of a field, `undefined` if absent.
   *
   * @param name in lower case
   * @throws SignatureError `IncompleteSignature` when the field occurs more than once
   */
  get(name: string): string | undefined {
    const place = PLACES.get(name);
    if (place !== undefined) return this.at(place);
    if (this.#repeatedOthers?.has(name)) throw repeated(name);
    const value = this.#others?.get(name);
    return value === undefined ? undefined : trimBlanks(value);
  }

  /** Whether a known field occurs, once or more. @param place returned by {@link placeOf} */
  isAt(place: number): boolean {
    return this.#known[place] !== undefined;
  }

  /** Whether a field occurs, once or more. @param name in lower case */
  has(name: string): boolean {
    const place = PLACES.get(name);
    return place === undefined ? this.#others?.has(name) === true : this.#known[place] !== undefined;
  }

  /** Returns all names, in lower case. */
  names(): string[] {
    const known = KNOWN_NAMES.filter((_, place) => this.#known[place] !== undefined);
    return [...known, ...(this.#others?.keys() ?? [])];
  }

  #addOther(name: string, value: string): void {
    this.#others ??= new Map();
    if (this.#others.has(name)) {
      this.#repeatedOthers ??= new Set();
      this.#repeatedOthers.add(name);
    } else {
      this.#others.set(name, value);
    }
  }
}

function repeated(name: string): SignatureError {
  return new SignatureError('IncompleteSignature', `The header \`${name}\` occurs more than once.`);
}

// Not a regular expression: one for trailing blanks takes quadratic time on inner blanks.
function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return start === 0 && end === value.length ? value : value.slice(start, end);
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
