import { SignatureError } from './errors.ts';

/** The headers that signatures are made of, and some that nearly every request has besides. */
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
  // Clients write these names in lower case or with capitals; both are found without making a string.
  const withCapitals = name.replace(/(^|-)[a-z]/g, (initial) => initial.toUpperCase());
  PLACES.set(withCapitals, place);
}
const NO_VALUES: readonly (string | undefined)[] = KNOWN_NAMES.map(() => undefined);

/** The place of a known header, to ask for it with {@link HeaderFields.at} time and again. */
export function placeOf(name: KnownHeader): number {
  return KNOWN_NAMES.indexOf(name);
}

/** What {@link placeOf} was asked. */
export function nameAt(place: number): KnownHeader {
  return KNOWN_NAMES[place]!;
}

/** The place of a header when it is a known one. */
export function findPlace(name: string): number | undefined {
  return PLACES.get(name);
}

/**
 * A request's header fields by lower-case name. A field that is asked for must occur once: of two, a proxy and a
 * server may each believe another one.
 */
export class HeaderFields {
  readonly #known = NO_VALUES.slice();
  /** One bit for each place. */
  #repeatedPlaces = 0;
  #others: Map<string, string> | undefined;
  #repeatedOthers: Set<string> | undefined;

  /** @param rawHeaders name, value, name, value … as `node:http` gives them */
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
   * The value of a known field, without blanks around it.
   *
   * @param place what {@link placeOf} said
   * @throws SignatureError `IncompleteSignature` when the field occurs more than once
   */
  at(place: number): string | undefined {
    if ((this.#repeatedPlaces & (1 << place)) !== 0) throw repeated(nameAt(place));
    const value = this.#known[place];
    return value === undefined ? undefined : trimBlanks(value);
  }

  /**
   * The value of a field, without blanks around it.
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

  /** Whether a known field occurs at all, once or more often. @param place what {@link placeOf} said */
  isAt(place: number): boolean {
    return this.#known[place] !== undefined;
  }

  /** Whether the field occurs at all, once or more often; the name is in lower case. */
  has(name: string): boolean {
    const place = PLACES.get(name);
    return place === undefined ? this.#others?.has(name) === true : this.#known[place] !== undefined;
  }

  /** All names, in lower case. */
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

// By hand: a regular expression for blanks at the end takes quadratic time over blanks inside.
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
