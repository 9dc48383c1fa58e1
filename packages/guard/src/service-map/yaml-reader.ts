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

/** Longest text that is read, in characters: the OpenAPI documents of whole clouds are shorter. */
const LONGEST_TEXT = 32 * 1024 * 1024;

/** A value of the text, and where it stands. */
export type Placed = Node | undefined;

/** A member of a mapping: its name, where the name stands, and its value. */
export interface Member {
  readonly name: string;
  readonly at: Node;
  readonly value: Placed;
}

/**
 * Reads YAML 1.2, of which JSON is a part, and gathers what is wrong with it instead of stopping at the first
 * fault. Only text, mappings and sequences are handed out: what a text looks like (`yes`, `1e3`, a date) never
 * makes it something else.
 */
export class YamlReader {
  readonly faults: ServiceMapFault[] = [];
  /** What can be used as it stands, and may mean something else than its author thinks. */
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
    // What the parser says after its first error is mostly about that one.
    const [error = document.warnings[0]] = document.errors;
    if (error !== undefined) {
      const isBrace = error.message.includes('flow-map-start');
      const advice = isBrace ? ': a text with `{` must stand in quotes here' : '';
      this.#addTo(this.faults, error.pos[0], `${firstLine(error.message)}${advice}`);
    }
    this.root = document.contents ?? undefined;
  }

  /** @param at what the fault is about; the beginning of the text when it is not there */
  fault(at: Placed, message: string): void {
    this.#addTo(this.faults, at?.range?.[0] ?? 0, message);
  }

  /** @param at what the warning is about; the beginning of the text when it is not there */
  warn(at: Placed, message: string): void {
    this.#addTo(this.warnings, at?.range?.[0] ?? 0, message);
  }

  /** The members of a mapping; a fault, and none, when it is something else. `what` begins the message. */
  members(node: Placed, what: string): Member[] {
    const target = this.#resolve(node);
    if (!isMap(target)) {
      this.fault(node, `${what} must be a mapping of names to values`);
      return [];
    }
    return target.items.flatMap((pair) => this.#member(pair as Pair));
  }

  /** The members of a mapping by name, each unknown one a fault. */
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
          `${quote(member.name)} is not a field of ${what}; there are ${known.map((each) => `\`${each}\``).join(', ')}`,
        );
      }
    }
    return fields;
  }

  /** The items of a sequence; a fault, and undefined, when it is something else. */
  items(node: Placed, what: string): Placed[] | undefined {
    const target = this.#resolve(node);
    if (!isSeq(target)) {
      this.fault(node, `${what} must be a list`);
      return undefined;
    }
    return target.items as Placed[];
  }

  /** A text; a fault, and undefined, when it is something else or empty. */
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
