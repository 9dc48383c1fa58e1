/** One measured row. */
export interface Row {
  /** Begins with the area: `verify.`, `policy.`, `api.`, `scale.` */
  readonly name: string;
  readonly value: number;
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

/**
 * Times several pieces of work in turn, A B C A B C …, so that a machine that slows down slows all of them.
 * @returns the median nanoseconds of one call of each
 */
export function interleaved<Name extends string>(
  works: Readonly<Record<Name, (call: number) => void>>,
  calls: number,
  rounds = 9,
): Record<Name, number> {
  const names = Object.keys(works) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const name of names) {
      const time = nanoseconds(calls, works[name]);
      if (round >= 0) times.get(name)?.push(time);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
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
