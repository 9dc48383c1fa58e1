import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { quote, type ServiceMapFault } from './map-fault.ts';

/** Maximum length of a text in characters: the OpenAPI documents of whole clouds are shorter. */
const LONGEST_TEXT = 32 * 1024 * 1024;

/** Value of the text, with its position. */
export type Placed = Node | undefined;

/** Member of a mapping: its name with position, and its value. */
export interface Member {
  readonly name: string;
  readonly at: Node;
  readonly value: Placed;
}

/**
 * Reads YAML 1.2, which includes JSON, and collects all faults. It returns only texts, mappings and
 * sequences: the form of a text (`yes`, `1e3`, a date) never changes its type.
 */
export class YamlReader {
  readonly faults: ServiceMapFault[] = [];
  /** Warnings about valid parts. */
  readonly warnings: ServiceMapFault[] = [];
  readonly root: Placed;
  readonly #document: Document | undefined;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    if (text.length > LONGEST_TEXT) {
      this.faults.push({ line: 1, column: 1, message: `the text is longer than ${LONGEST_TEXT} characters` });
      return;
    }
    const document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      stringKeys: true,
      // A number keeps its spelling: `1.10` is a version, not 1.1.
      schema: 'failsafe',
    });
    this.#document = document;
    // Further errors of the parser are mostly consequences of the first.
    const [error = document.warnings[0]] = document.errors;
    if (error !== undefined) {
      const isBrace = error.message.includes('flow-map-start');
      const advice = isBrace ? ': a text with `{` must be quoted here' : '';
      this.#addTo(this.faults, error.pos[0], `${firstLine(error.message)}${advice}`);
    }
    this.root = document.contents ?? undefined;
  }

  /** Reports a fault. @param at its subject; the beginning of the text if absent */
  fault(at: Placed, message: string): void {
    this.#addTo(this.faults, at?.range?.[0] ?? 0, message);
  }

  /** Reports a warning. @param at its subject; the beginning of the text if absent */
  warn(at: Placed, message: string): void {
    this.#addTo(this.warnings, at?.range?.[0] ?? 0, message);
  }

  /**
   * Returns the members of a mapping; reports a fault for anything else. @param what beginning of the message
   */
  members(node: Placed, what: string): Member[] {
    const target = this.#resolve(node);
    if (!isMap(target)) {
      this.fault(node, `${what} must be a mapping of names to values`);
      return [];
    }
    return target.items.flatMap((pair) => this.#member(pair as Pair));
  }

  /** Returns the members of a mapping by name; reports each unknown one. */
  fields<Name extends string>(
    node: Placed,
    known: readonly Name[],
    what: string,
  ): Partial<Record<Name, Member>> {
    const fields: Partial<Record<Name, Member>> = {};
    for (const member of this.members(node, what)) {
      const name = known.find((each) => each === member.name);
      if (name !== undefined) fields[name] = member;
      else {
        this.fault(
          member.at,
          `${quote(member.name)} is not a field of ${what}: expected ${known.map((each) => `\`${each}\``).join(', ')}`,
        );
      }
    }
    return fields;
  }

  /** Returns the items of a sequence; reports a fault, and returns `undefined`, for anything else. */
  items(node: Placed, what: string): Placed[] | undefined {
    const target = this.#resolve(node);
    if (!isSeq(target)) {
      this.fault(node, `${what} must be a list`);
      return undefined;
    }
    return target.items as Placed[];
  }

  /** Returns a text; reports a fault, and returns `undefined`, for anything else or an empty one. */
  text(node: Placed, what: string): string | undefined {
    const target = this.#resolve(node);
    if (isScalar(target) && typeof target.value === 'string' && target.value !== '') return target.value;
    this.fault(node, `${what} must be a text`);
    return undefined;
  }

  /** Whether a value is a mapping. */
  isMapping(node: Placed): boolean {
    return isMap(this.#resolve(node));
  }

  #member(pair: Pair): Member[] {
    const key = pair.key as Node;
    if (!isScalar(key) || typeof key.value !== 'string') {
      this.fault(key, 'a name must be a text');
      return [];
    }
    return [{ name: key.value, at: key, value: (pair.value as Node | null) ?? key }];
  }

  #resolve(node: Placed): Placed {
    return isAlias(node) && this.#document !== undefined ? node.resolve(this.#document) : node;
  }

  #addTo(list: ServiceMapFault[], offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    list.push({ line: Math.max(line, 1), column: Math.max(col, 1), message });
  }
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}
