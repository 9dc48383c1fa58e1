/** One measured row. */
export interface Row {
  /** Begins with the area: `verify.`, `policy.`, `api.`, `scale.` */
  readonly name: string;
  readonly value: number;
  /** Says what is measured, and for a ratio what it is held against. */
  readonly unit: string;
  /** What it should be: `<= 2`, `>= 0.5`; empty when it is shown for reference. */
  readonly target: string;
  /** Whether it is as it should be; true without a target. */
  readonly holds: boolean;
}

/** A row, judged by its target. @param target `<=` or `>=` and a number, or nothing */
export function row(name: string, value: number, unit: string, target = ''): Row {
  const [, comparison, bound] = /^(<=|>=) ?([\d.]+)$/.exec(target) ?? [];
  const holds =
    comparison === undefined || (comparison === '<=' ? value <= Number(bound) : value >= Number(bound));
  return { name, value, unit, target, holds };
}

/** Nanoseconds of one call, over many. */
export function nanoseconds(calls: number, work: (call: number) => void): number {
  const began = process.hrtime.bigint();
  for (let call = 0; call < calls; call++) work(call);
  return Number(process.hrtime.bigint() - began) / calls;
}

/** Times of several pieces of work: one value of each for every round. */
export class Rounds<Name extends string> {
  readonly #values: Readonly<Record<Name, readonly number[]>>;

  constructor(values: Readonly<Record<Name, readonly number[]>>) {
    this.#values = values;
  }

  /** The median of one. */
  median(name: Name): number {
    return median(this.#values[name]);
  }

  /** The median of the ratios within each round: what slows a whole round down does not touch it. */
  ratio(over: Name, under: Name): number {
    const divisors = this.#values[under];
    return median(this.#values[over].map((value, round) => value / (divisors[round] ?? Number.NaN)));
  }
}

/**
 * Measures several pieces of work in turn, A B C A B C …, so that a machine that slows down slows all of them.
 * Two rounds to warm up are not counted.
 *
 * @param works each measures itself once and answers with its value
 */
export function interleaved<Name extends string>(
  works: Readonly<Record<Name, () => number>>,
  rounds = 15,
): Rounds<Name> {
  const names = Object.keys(works) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const value = works[name]();
      if (round >= 0) values[name].push(value);
    }
  }
  return new Rounds(values);
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The value that a share of all values does not exceed. @param share 0.99 for p99 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Tells a person at a terminal what takes so long. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
