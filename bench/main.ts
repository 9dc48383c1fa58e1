/** `npm run bench`: what is fast and what is not, as ratios within one run. */
import { apiRows } from './api.ts';
import { policyRows, statementScaleRows } from './policy.ts';
import { progress, type Row } from './ratio.ts';
import { usersScaleRows } from './users.ts';
import { verifyRows } from './verify.ts';

const areas: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  verify: verifyRows,
  policy: policyRows,
  api: apiRows,
  scale: async () => [...statementScaleRows(), ...(await usersScaleRows())],
};

const HELP = `Usage: npm run bench -- [--json] [--only AREA]

Measures, for ${Object.keys(areas).join(', ')}: about five minutes in all. A missed target is shown, and is not an error.
  --json       one object a line: name, value, unit, target, holds
  --only AREA  one of the areas`;

const words = process.argv.slice(2);
const only = words.includes('--only') ? words[words.indexOf('--only') + 1] : undefined;

if (words.includes('--help')) console.log(HELP);
else if (only !== undefined && !(only in areas)) {
  console.error(`error: there is no area ${only}; there are ${Object.keys(areas).join(', ')}`);
  process.exitCode = 2;
} else {
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(areas)) {
    if (only !== undefined && only !== name) continue;
    for (const row of await measure()) {
      rows.push(row);
      if (words.includes('--json')) console.log(JSON.stringify(row));
    }
  }
  progress('');
  if (!words.includes('--json')) console.log(tableOf(rows));
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
