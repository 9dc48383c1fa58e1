/**
 * Which of RAM's operations are built: `npm run coverage:api`, with `--json` an object a line, with `--write` into
 * the README.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describedOperations } from '../src/api/described-operations.ts';
import { anonymousOperations, operations } from '../src/api/operations.ts';

/** Whether one operation is built. */
export interface Coverage {
  readonly product: string;
  readonly version: string;
  readonly operation: string;
  readonly implemented: boolean;
}

/** Every operation of RAM's API description, and whether it is built. */
export function coverage(): Coverage[] {
  const built = new Set(
    [...operations, ...anonymousOperations].map(({ version, name }) => `${version} ${name}`),
  );
  return describedOperations().map(({ product, version, name }) => ({
    product,
    version,
    operation: name,
    implemented: built.has(`${version} ${name}`),
  }));
}

/** A row for each product: how many there are, how many are built, and which are not. */
export function coverageTable(rows: readonly Coverage[]): string {
  const lines = ['| product | version | built | not yet |', '| --- | --- | --- | --- |'];
  for (const [version, ofProduct] of Map.groupBy(rows, (row) => row.version)) {
    const missing = ofProduct.filter((row) => !row.implemented).map((row) => row.operation);
    const built = ofProduct.length - missing.length;
    lines.push(
      `| ${ofProduct[0]?.product} | ${version} | ${built} of ${ofProduct.length} | ${missing.join(', ') || '–'} |`,
    );
  }
  return lines.join('\n');
}

const begin = '<!-- coverage:begin -->';
const end = '<!-- coverage:end -->';

/** The README with the table of today between its two marks. @throws Error when it has no such marks */
export function withCoverage(readme: string): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error('README.md has no marks for the table');
  return `${readme.slice(0, from + begin.length)}\n\n${coverageTable(coverage())}\n\n${readme.slice(to)}`;
}

const HELP = `Usage: npm run coverage:api -- [--json | --write]

Compares the operations that are built with RAM's API description.
  --json   one object a line: product, version, operation, implemented
  --write  puts the table into README.md`;

function main(words: readonly string[]): void {
  if (words.includes('--help')) console.log(HELP);
  else if (words.includes('--json')) for (const row of coverage()) console.log(JSON.stringify(row));
  else if (words.includes('--write')) {
    const readme = new URL('../../../README.md', import.meta.url);
    writeFileSync(readme, withCoverage(readFileSync(readme, 'utf8')));
  } else console.log(coverageTable(coverage()));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
