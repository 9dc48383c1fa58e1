import { type DurationBounds, InvalidDuration, parseDuration } from '../duration.ts';
import { quote, type ServiceMapFault } from '../service-map/map-fault.ts';
import type { Member, Placed, YamlReader } from '../service-map/yaml-reader.ts';

/** A configuration that cannot be used: every fault with its place, a line each. */
export class GatewayConfigurationError extends Error {
  override readonly name = 'GatewayConfigurationError';

  /** @param file how the file is called in the message */
  static of(file: string, faults: readonly ServiceMapFault[]): GatewayConfigurationError {
    const inOrder = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    return new GatewayConfigurationError(placedTexts(file, inOrder).join('\n'));
  }
}

/** `FILE:LINE:COLUMN: MESSAGE` of each. @param file how the file is called */
export function placedTexts(file: string, faults: readonly ServiceMapFault[]): string[] {
  return faults.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
}

const SIZE_UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** What reads one value: it says what the value means, or throws a {@link Misread}. */
type Meaning<T> = (text: string) => T;

/** Why a text is not what it should be; follows the text. */
export class Misread extends Error {
  override readonly name = 'Misread';
}

/** `500ms`, `5s`, `2m`, `1h`, `1d`, in milliseconds. */
export function duration(bounds: DurationBounds = {}): Meaning<number> {
  return (text) => parseDuration(text, bounds);
}

/** `4096B`, `64KiB`, `10MiB`, `1GiB`, in bytes. */
export function sizeBytes(text: string): number {
  const match = /^(\d{1,9})(B|KiB|MiB|GiB)$/.exec(text);
  if (match === null) throw new Misread('is no size: write `4096B`, `64KiB`, `10MiB`, `1GiB`');
  return Number(match[1]) * SIZE_UNITS[match[2] as keyof typeof SIZE_UNITS];
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number): Meaning<number> {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new Misread(`is no whole number from ${least} to ${most}`);
    return value;
  };
}

/** `true` or `false`. */
export function yesOrNo(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Misread('is neither `true` nor `false`');
  return text === 'true';
}

/** One of a few words. */
export function word<Word extends string>(...words: readonly Word[]): Meaning<Word> {
  return (text) => {
    const found = words.find((each) => each === text);
    if (found === undefined) {
      throw new Misread(`is none of ${words.map((each) => `\`${each}\``).join(', ')}`);
    }
    return found;
  };
}

/** The text itself. */
export const anyText: Meaning<string> = (text) => text;

/** A mapping of a configuration file: its fields are read one by one, and what is wrong with them is gathered. */
export class Section<Name extends string> {
  readonly #reader: YamlReader;
  readonly #fields: Partial<Record<Name, Member>>;
  readonly #node: Placed;

  /** @param what begins messages, as in `an upstream` */
  constructor(reader: YamlReader, node: Placed, names: readonly Name[], what: string) {
    this.#reader = reader;
    this.#node = node;
    this.#fields = node === undefined ? {} : reader.fields(node, names, what);
  }

  /** Whether the field is there. */
  has(name: Name): boolean {
    return this.#fields[name] !== undefined;
  }

  /** Notes a fault of a field, or of the section itself when the field is not there. */
  fault(name: Name | undefined, message: string): void {
    this.#reader.fault((name === undefined ? undefined : this.#fields[name]?.value) ?? this.#node, message);
  }

  /** Warns of the section. */
  warn(message: string): void {
    this.#reader.warn(this.#node, message);
  }

  /** The value of a field; `byDefault` when it is not there, or cannot be read. */
  read<T, Default>(name: Name, meaning: Meaning<T>, byDefault: Default): T | Default {
    const field = this.#fields[name];
    return field === undefined ? byDefault : (this.#value(field.value, name, meaning) ?? byDefault);
  }

  /** The value of a field that must be there; undefined only beside a fault. */
  need<T>(name: Name, meaning: Meaning<T>): T | undefined {
    const field = this.#fields[name];
    if (field !== undefined) return this.#value(field.value, name, meaning);
    this.fault(undefined, `the field \`${name}\` is missing`);
    return undefined;
  }

  /** The values of a list; none when it is not there. @param least how many there must be */
  list<T>(name: Name, meaning: Meaning<T>, least = 0): T[] {
    return this.nodes(name, least).flatMap((node) => {
      const value = this.#value(node, name, meaning);
      return value === undefined ? [] : [value];
    });
  }

  /** The items of a list, to be read as sections. @param least how many there must be */
  nodes(name: Name, least = 0): Placed[] {
    const field = this.#fields[name];
    if (field === undefined) {
      if (least > 0) this.fault(undefined, `the field \`${name}\` is missing`);
      return [];
    }
    const items = this.#reader.items(field.value, `\`${name}\``);
    if (items !== undefined && items.length < least) this.fault(name, `\`${name}\` is empty`);
    return items ?? [];
  }

  /** The members of a mapping with names of the author's. */
  members(name: Name): readonly Member[] {
    const field = this.#fields[name];
    return field === undefined ? [] : this.#reader.members(field.value, `\`${name}\``);
  }

  /** A section within; an empty one when it is not there. */
  section<Inner extends string>(name: Name, names: readonly Inner[]): Section<Inner> {
    return new Section(this.#reader, this.#fields[name]?.value, names, `\`${name}\``);
  }

  #value<T>(node: Placed, name: Name, meaning: Meaning<T>): T | undefined {
    const text = this.#reader.text(node, `\`${name}\``);
    if (text === undefined) return undefined;
    try {
      return meaning(text);
    } catch (error) {
      if (error instanceof InvalidDuration) this.#reader.fault(node, error.message);
      else if (error instanceof Misread) this.#reader.fault(node, `${quote(text)} ${error.message}`);
      else throw error;
      return undefined;
    }
  }
}
