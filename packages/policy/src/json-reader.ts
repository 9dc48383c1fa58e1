import { memberPath, type PolicyFault, quote } from './fault.ts';

/** Position of a value: offsets into the text, `end` after its last character. */
interface JsonPlace {
  readonly at: number;
  readonly end: number;
}

/** JSON value with its position. */
export type JsonNode = JsonPlace &
  (
    | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
    | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
    | { readonly kind: 'string'; readonly text: string }
    | { readonly kind: 'number'; readonly text: string }
    | { readonly kind: 'boolean'; readonly text: 'true' | 'false' }
    | { readonly kind: 'null' }
  );

export interface JsonMember {
  readonly name: string;
  readonly at: number;
  readonly value: JsonNode;
}

export type JsonReading =
  | { readonly ok: true; readonly root: JsonNode; readonly faults: readonly PolicyFault[] }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** Maximum nesting. A policy nests seven deep; more than this is an attack or a mistake. */
const DEEPEST_NESTING = 32;

const SINGLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Converts offsets into lines and columns. */
export class TextPositions {
  readonly #lineStarts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  locate(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low]! + 1 };
  }
}

class NotJson extends Error {
  readonly at: number;
  readonly path: string;
  readonly fix: string;

  constructor(at: number, path: string, problem: string, fix: string) {
    super(problem);
    this.at = at;
    this.path = path;
    this.fix = fix;
  }
}

/**
 * Parses strict JSON (RFC 8259). Unlike `JSON.parse`, it keeps the position of each value, and reports a name
 * that occurs twice in one object, since parsers disagree about which value counts.
 */
export function readJson(text: string, positions: TextPositions): JsonReading {
  const reader = new Reader(text, positions);
  try {
    return { ok: true, root: reader.readDocument(), faults: reader.faults };
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const fault = {
      path: error.path,
      ...positions.locate(error.at),
      problem: error.message,
      fix: error.fix,
    };
    return { ok: false, faults: [...reader.faults, fault] };
  }
}

class Reader {
  readonly faults: PolicyFault[] = [];
  readonly #text: string;
  readonly #positions: TextPositions;
  #at = 0;

  constructor(text: string, positions: TextPositions) {
    this.#text = text;
    this.#positions = positions;
  }

  readDocument(): JsonNode {
    const root = this.#readValue('$', 1);
    this.#skipSpace();
    if (this.#at < this.#text.length) {
      throw this.#unexpected('$', 'the text goes on after the document ends', 'remove what follows');
    }
    return root;
  }

  #readValue(path: string, depth: number): JsonNode {
    if (depth > DEEPEST_NESTING) {
      throw new NotJson(
        this.#at,
        path,
        `the document nests deeper than ${DEEPEST_NESTING} levels`,
        'flatten it',
      );
    }
    this.#skipSpace();
    const at = this.#at;
    const first = this.#text[at];
    if (first === '{') return this.#readObject(path, depth);
    if (first === '[') return this.#readArray(path, depth);
    if (first === '"') {
      const text = this.#readString(path);
      return { kind: 'string', at, end: this.#at, text };
    }
    for (const word of ['true', 'false', 'null'] as const) {
      if (this.#text.startsWith(word, at)) {
        this.#at += word.length;
        const end = this.#at;
        return word === 'null' ? { kind: 'null', at, end } : { kind: 'boolean', at, end, text: word };
      }
    }
    const text = this.#readNumber(path);
    return { kind: 'number', at, end: this.#at, text };
  }

  #readObject(path: string, depth: number): JsonNode {
    const at = this.#at;
    const members: JsonMember[] = [];
    const seen = new Set<string>();
    this.#at++;
    this.#skipSpace();
    if (this.#take('}')) return { kind: 'object', at, end: this.#at, members };
    for (;;) {
      this.#skipSpace();
      const nameAt = this.#at;
      if (this.#text[nameAt] !== '"') {
        throw this.#unexpected(path, 'a name in double quotes is missing', 'write the name in double quotes');
      }
      const name = this.#readString(path);
      const memberAt = memberPath(path, name);
      if (seen.has(name)) {
        this.faults.push({
          path: memberAt,
          ...this.#positions.locate(nameAt),
          problem: `${quote(name)} stands twice in the same object`,
          fix: 'keep one of the two, or merge their values',
        });
      }
      seen.add(name);
      this.#skipSpace();
      if (!this.#take(':'))
        throw this.#unexpected(memberAt, 'a colon is missing', 'write `:` after the name');
      members.push({ name, at: nameAt, value: this.#readValue(memberAt, depth + 1) });
      this.#skipSpace();
      if (this.#take('}')) return { kind: 'object', at, end: this.#at, members };
      if (!this.#take(',')) {
        throw this.#unexpected(
          memberAt,
          'a comma or a closing brace is missing',
          'write `,` between members',
        );
      }
    }
  }

  #readArray(path: string, depth: number): JsonNode {
    const at = this.#at;
    const items: JsonNode[] = [];
    this.#at++;
    this.#skipSpace();
    if (this.#take(']')) return { kind: 'array', at, end: this.#at, items };
    for (;;) {
      items.push(this.#readValue(`${path}[${items.length}]`, depth + 1));
      this.#skipSpace();
      if (this.#take(']')) return { kind: 'array', at, end: this.#at, items };
      if (!this.#take(',')) {
        throw this.#unexpected(
          path,
          'a comma or a closing bracket is missing',
          'write `,` between the values',
        );
      }
    }
  }

  #readString(path: string): string {
    let result = '';
    this.#at++;
    let from = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x22) {
        result += this.#text.slice(from, this.#at);
        this.#at++;
        return result;
      }
      if (Number.isNaN(code)) throw this.#unexpected(path, 'a string does not end', 'close it with `"`');
      if (code < 0x20) {
        throw this.#unexpected(path, 'a string holds a control character', 'escape it, as in `\\n`');
      }
      if (code === 0x5c) {
        result += this.#text.slice(from, this.#at) + this.#readEscape(path);
        from = this.#at;
      } else {
        this.#at++;
      }
    }
  }

  #readEscape(path: string): string {
    const letter = this.#text[this.#at + 1] ?? '';
    const single = Object.hasOwn(SINGLE_ESCAPES, letter) ? SINGLE_ESCAPES[letter] : undefined;
    if (single !== undefined) {
      this.#at += 2;
      return single;
    }
    const digits = this.#text.slice(this.#at + 2, this.#at + 6);
    if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(digits)) {
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    throw this.#unexpected(path, `\`\\${letter}\` is not an escape of JSON`, 'write `\\\\` for a backslash');
  }

  #readNumber(path: string): string {
    const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    number.lastIndex = this.#at;
    const found = number.exec(this.#text);
    if (found === null && this.#at === 0 && this.#text.startsWith('\ufeff')) {
      throw new NotJson(
        0,
        path,
        'a byte order mark stands before the document',
        'save the text as UTF-8 without it',
      );
    }
    if (found === null) {
      throw this.#unexpected(path, 'a JSON value is missing', 'write a string, an array or an object');
    }
    this.#at += found[0].length;
    return found[0];
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #unexpected(path: string, problem: string, fix: string): NotJson {
    const found = this.#text[this.#at];
    const where = found === undefined ? 'the end of the text' : quote(found);
    return new NotJson(this.#at, path, `${problem} at ${where}`, fix);
  }
}
