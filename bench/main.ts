/** `npm run bench`: what is fast and what is not, as ratios within one run. */
import { parseArgs } from 'node:util';
import { apiRows } from './api.ts';
import { auditRows } from './audit.ts';
import { followersRows } from './followers.ts';
import { gatewayRows } from './gateway.ts';
import { guardRows } from './guard.ts';
import { HOSTILE_KINDS, hostileRows } from './hostile.ts';
import { millionRows } from './million.ts';
import { overloadRows } from './overload.ts';
import { policyRows } from './policy.ts';
import { progress, type Row } from './ratio.ts';
import { guardRevocationRows } from './replication.ts';
import { revocationRows } from './revocation.ts';
import { guardScaleRows } from './scale-guard.ts';
import { statementsRows } from './statements.ts';
import { usersRows } from './users.ts';
import { verifyRows } from './verify.ts';
import { workersRows } from './workers.ts';

/** What the command line chooses within an area. */
interface Choices {
  readonly full: boolean;
  /** Of hostile clients. */
  readonly kinds: readonly string[];
  /** URL of an empty PostgreSQL database for the large account of million. */
  readonly database: string | undefined;
}

/** Returns its rows, or hands each one over as soon as it is measured. */
type Measure = (choices: Choices, measured: (row: Row) => void) => Row[] | Promise<Row[]>;

const areas = {
  verify: [() => verifyRows()],
  policy: [() => policyRows()],
  guard: [() => guardRows()],
  api: [() => apiRows()],
  gateway: [() => gatewayRows()],
  hostile: [
    ({ kinds }: Choices, measured: (row: Row) => void) => hostileRows(kinds, measured).then(() => []),
  ],
  overload: [() => overloadRows()],
  workers: [() => workersRows()],
  million: [
    ({ full, database }: Choices, measured: (row: Row) => void) =>
      millionRows(full ? 1_000_000 : 20_000, measured, database).then(() => []),
  ],
  audit: [
    ({ full }: Choices, measured: (row: Row) => void) =>
      auditRows(full ? 5_000_000 : 200_000, measured).then(() => []),
  ],
  followers: [() => followersRows()],
  scale: [
    () => statementsRows(),
    () => revocationRows(),
    () => guardRevocationRows(),
    ({ full }: Choices) => usersRows(full ? 1_000_000 : 100_000),
    ({ full }: Choices) => guardScaleRows(full ? 1_000_000 : 100_000),
  ],
} satisfies Record<string, Measure[]>;

const HELP = `Usage: npm run bench -- [--json] [--only AREA] [--kinds KIND,…] [--full] [--database URL]

Measures ${Object.keys(areas).join(', ')}, each as a ratio within one run: two to three minutes in all.
A missed target is shown, and is not an error.

  --json       one object a line: name, value, unit, target, holds
  --only AREA  one of the areas; may be given several times
  --kinds KIND,…  of the area hostile: ${[...HOSTILE_KINDS.keys()].join(', ')}
  --full       1,000,000 users with 2,000,000 keys instead of 100,000 with 200,000: some fifteen minutes more,
               and 3 GB of memory; 5,000,000 audit events instead of 200,000
  --database URL  of the area million: an empty PostgreSQL database for the large account; SQLite unless given
  --help       this text`;

await main();

async function main(): Promise<void> {
  let options: {
    json?: boolean;
    full?: boolean;
    help?: boolean;
    only?: string[];
    kinds?: string;
    database?: string;
  };
  try {
    ({ values: options } = parseArgs({
      options: {
        json: { type: 'boolean' },
        full: { type: 'boolean' },
        help: { type: 'boolean' },
        only: { type: 'string', multiple: true },
        kinds: { type: 'string' },
        database: { type: 'string' },
      },
    }));
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
  if (options.help) return console.log(HELP);
  const only = options.only ?? Object.keys(areas);
  const unknown = only.find((area) => !Object.hasOwn(areas, area));
  if (unknown !== undefined) {
    return usageError(`there is no area \`${unknown}\`; there are ${Object.keys(areas).join(', ')}`);
  }
  const kinds = options.kinds?.split(',') ?? [...HOSTILE_KINDS.keys()];
  const unknownKind = kinds.find((kind) => !HOSTILE_KINDS.has(kind));
  if (unknownKind !== undefined) {
    return usageError(`unknown kind "${unknownKind}": expected ${[...HOSTILE_KINDS.keys()].join(', ')}`);
  }
  const rows: Row[] = [];
  const show = (measured: Row) => {
    progress('');
    rows.push(measured);
    if (options.json) console.log(JSON.stringify(measured));
    // As soon as it is known: the table follows at the end.
    else console.error(tableOf([measured]));
  };
  for (const [area, measures] of Object.entries(areas)) {
    if (!only.includes(area)) continue;
    for (const measure of measures) {
      for (const each of await measure(
        { full: options.full === true, kinds, database: options.database },
        show,
      ))
        show(each);
    }
  }
  if (!options.json) console.log(tableOf(rows));
}

function usageError(message: string): void {
  console.error(`error: ${message}\n\n${HELP}`);
  process.exitCode = 2;
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, value, unit, target, holds }) => [
    name,
    value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(2),
    unit,
    target,
    target === '' ? '' : holds ? 'holds' : 'MISSED',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
