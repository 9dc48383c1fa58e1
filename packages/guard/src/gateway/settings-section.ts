import { type DurationBounds, InvalidDuration, parseDuration } from '../duration.ts';
import { quote, type ServiceMapFault } from '../service-map/map-fault.ts';
import type { Member, Placed, YamlReader } from '../service-map/yaml-reader.ts';

/** Invalid configuration: every fault with its position, one per line. */
export class GatewayConfigurationError extends Error {
  override readonly name = 'GatewayConfigurationError';

  /** Creates an error from faults. @param file name of the file in the message */
  static of(file: string, faults: readonly ServiceMapFault[]): GatewayConfigurationError {
    const inOrder = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
    return new GatewayConfigurationError(placedTexts(file, inOrder).join('\n'));
  }
}

/** Formats faults as `FILE:LINE:COLUMN: MESSAGE`. @param file name of the file */
export function placedTexts(file: string, faults: readonly ServiceMapFault[]): string[] {
  return faults.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
}

const SIZE_UNITS = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Parser of a value; throws a {@link Misread} if it is invalid. */
type Meaning<T> = (text: string) => T;

/** Why a value is invalid; the message follows the quoted value. */
export class Misread extends Error {
  override readonly name = 'Misread';
}

/** Returns a parser of durations: `500ms`, `5s`, `2m`, `1h`, `1d`, in milliseconds. */
export function duration(bounds: DurationBounds = {}): Meaning<number> {
  return (text) => parseDuration(text, bounds);
}

/** Parses a size: `4096B`, `64KiB`, `10MiB`, `1GiB`, in bytes. */
export function sizeBytes(text: string): number {
  const match = /^(\d{1,9})(B|KiB|MiB|GiB)$/.exec(text);
  if (match === null) throw new Misread('is not a size: expected `4096B`, `64KiB`, `10MiB` or `1GiB`');
  return Number(match[1]) * SIZE_UNITS[match[2] as keyof typeof SIZE_UNITS];
}

/** Returns a parser of whole numbers within bounds. */
export function wholeNumber(least: number, most: number): Meaning<number> {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new Misread(`is not a whole number: expected ${least} to ${most}`);
    return value;
  };
}

/** Parses `true` or `false`. */
export function yesOrNo(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Misread('is neither `true` nor `false`');
  return text === 'true';
}

/** Returns a parser of one of some words. */
export function word<Word extends string>(...words: readonly Word[]): Meaning<Word> {
  return (text) => {
    const found = words.find((each) => each === text);
    if (found === undefined) {
      throw new Misread(`is unknown: expected ${words.map((each) => `\`${each}\``).join(', ')}`);
    }
    return found;
  };
}

/** Accepts any text. */
export const anyText: Meaning<string> = (text) => text;

/** Mapping of a configuration file: its fields are read one by one, and all faults are collected. */
export class Section<Name extends string> {
  readonly #reader: YamlReader;
  readonly #fields: Partial<Record<Name, Member>>;
  readonly #node: Placed;

  /** @param what beginning of messages, such as `an upstream` */
  constructor(reader: YamlReader, node: Placed, names: readonly Name[], what: string) {
    this.#reader = reader;
    this.#node = node;
    this.#fields = node === undefined ? {} : reader.fields(node, names, what);
  }

  /** Whether the field is present. */
  has(name: Name): boolean {
    return this.#fields[name] !== undefined;
  }

  /** Reports a fault of a field, or of the section if the field is absent. */
  fault(name: Name | undefined, message: string): void {
    this.#reader.fault((name === undefined ? undefined : this.#fields[name]?.value) ?? this.#node, message);
  }

  /** Warns about the section. */
  warn(message: string): void {
    this.#reader.warn(this.#node, message);
  }

  /** Returns the value of a field; `byDefault` if it is absent or invalid. */
  read<T, Default>(name: Name, meaning: Meaning<T>, byDefault: Default): T | Default {
    const field = this.#fields[name];
    return field === undefined ? byDefault : (this.#value(field.value, name, meaning) ?? byDefault);
  }

  /** Returns the value of a required field; `undefined` only after a fault. */
  need<T>(name: Name, meaning: Meaning<T>): T | undefined {
    const field = this.#fields[name];
    if (field !== undefined) return this.#value(field.value, name, meaning);
    this.fault(undefined, `the field \`${name}\` is missing`);
    return undefined;
  }

  /** Returns the values of a list; empty if absent. @param least minimum number */
  list<T>(name: Name, meaning: Meaning<T>, least = 0): T[] {
    return this.nodes(name, least).flatMap((node) => {
      const value = this.#value(node, name, meaning);
      return value === undefined ? [] : [value];
    });
  }

  /** Returns the items of a list, to be read as sections. @param least minimum number */
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

  /** Returns the members of a mapping with arbitrary names. */
  members(name: Name): readonly Member[] {
    const field = this.#fields[name];
    return field === undefined ? [] : this.#reader.members(field.value, `\`${name}\``);
  }

  /** Returns a nested section; an empty one if absent. */
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
