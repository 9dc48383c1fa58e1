import { SignatureError } from './errors.ts';

/**
 * A request's header fields by lower-case name. A field that is asked for must occur once: of two, a proxy and a
 * server may each believe another one.
 */
export class HeaderFields {
  readonly #values = new Map<string, string>();
  readonly #repeated = new Set<string>();

  /** @param rawHeaders name, value, name, value … as `node:http` gives them */
  constructor(rawHeaders: readonly string[]) {
    const values = this.#values;
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      const name = rawHeaders[at]!.toLowerCase();
      if (values.has(name)) this.#repeated.add(name);
      else values.set(name, trimBlanks(rawHeaders[at + 1]!));
    }
  }

  /**
   * The value of a field, without blanks around it.
   *
   * @param name in lower case
   * @throws SignatureError `IncompleteSignature` when the field occurs more than once
   */
  get(name: string): string | undefined {
    if (this.#repeated.size > 0 && this.#repeated.has(name)) {
      throw new SignatureError('IncompleteSignature', `The header \`${name}\` occurs more than once.`);
    }
    return this.#values.get(name);
  }

  /** Whether the field occurs at all, once or more often. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** All names, in lower case. */
  names(): Iterable<string> {
    return this.#values.keys();
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
