/**
 * Which of RAM's operations are built: `npm run coverage:api`, with `--json` an object a line, with `--markdown`
 * the table of the README.
 */
import { pathToFileURL } from 'node:url';
import { describedOperations } from '../src/api/described-operations.ts';
import { operations } from '../src/api/operations.ts';

/** Whether one operation is built. */
export interface Coverage {
  readonly product: string;
  readonly version: string;
  readonly operation: string;
  readonly implemented: boolean;
}

/** Every operation of RAM's API description, and whether it is built. */
export function coverage(): Coverage[] {
  const built = new Set(operations.map(({ version, name }) => `${version} ${name}`));
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

const HELP = `Usage: npm run coverage:api -- [--json | --markdown]

Compares the operations that are built with RAM's API description.
  --json      one object a line: product, version, operation, implemented
  --markdown  the table of the README`;

function main(words: readonly string[]): void {
  if (words.includes('--help')) console.log(HELP);
  else if (words.includes('--json')) for (const row of coverage()) console.log(JSON.stringify(row));
  else console.log(coverageTable(coverage()));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
