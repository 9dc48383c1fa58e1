import { SignatureError } from './errors.ts';

/** The headers that signatures are made of, each with its place in {@link HeaderFields}. */
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
];
const PLACES = new Map(KNOWN_NAMES.map((name, place) => [name, place]));
// Clients write these names in lower case or with capitals; both are found without making a string.
for (const [place, name] of KNOWN_NAMES.entries()) {
  PLACES.set(
    name.replace(/(^|-)[a-z]/g, (initial) => initial.toUpperCase()),
    place,
  );
}

/**
 * A request's header fields by lower-case name. A field that is asked for must occur once: of two, a proxy and a
 * server may each believe another one.
 */
export class HeaderFields {
  readonly #known: (string | undefined)[] = new Array(KNOWN_NAMES.length).fill(undefined);
  #others: Map<string, string> | undefined;
  #repeated: Set<string> | undefined;

  /** @param rawHeaders name, value, name, value … as `node:http` gives them */
  constructor(rawHeaders: readonly string[]) {
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const name = rawHeaders[at]!;
      const value = rawHeaders[at + 1]!;
      const place = PLACES.get(name);
      if (place === undefined) this.#add(name.toLowerCase(), value);
      else if (this.#known[place] === undefined) this.#known[place] = value;
      else this.#repeat(KNOWN_NAMES[place]!);
    }
  }

  /**
   * The value of a field, without blanks around it.
   *
   * @param name in lower case
   * @throws SignatureError `IncompleteSignature` when the field occurs more than once
   */
  get(name: string): string | undefined {
    if (this.#repeated?.has(name)) {
      throw new SignatureError('IncompleteSignature', `The header \`${name}\` occurs more than once.`);
    }
    const value = this.#find(name);
    return value === undefined ? undefined : trimBlanks(value);
  }

  /** Whether the field occurs at all, once or more often. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** All names, in lower case. */
  names(): string[] {
    const known = KNOWN_NAMES.filter((_, place) => this.#known[place] !== undefined);
    return [...known, ...(this.#others?.keys() ?? [])];
  }

  #find(name: string): string | undefined {
    const place = PLACES.get(name);
    return place === undefined ? this.#others?.get(name) : this.#known[place];
  }

  #add(name: string, value: string): void {
    const place = PLACES.get(name);
    if (place !== undefined) {
      if (this.#known[place] === undefined) this.#known[place] = value;
      else this.#repeat(name);
      return;
    }
    this.#others ??= new Map();
    if (this.#others.has(name)) this.#repeat(name);
    else this.#others.set(name, value);
  }

  #repeat(name: string): void {
    this.#repeated ??= new Set();
    this.#repeated.add(name);
  }
}

function trimBlanks(value: string): string {
  const last = value.length - 1;
  if (last < 0 || (!isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(last)))) return value;
  return value.replace(/^[\t ]+|[\t ]+$/g, '');
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}
