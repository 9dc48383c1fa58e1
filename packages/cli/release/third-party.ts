/**
 * Writes docs/third-party.md from the lock file and the reviewed list, or says what is not reviewed:
 * `npm run licences`. It needs no network.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLockFile, repository, type ShippedPackage, shippedPackages } from './shipped-packages.ts';

/** What somebody has decided of a package, or of all whose names begin alike (`@scope/*`). */
interface Reviewed {
  readonly licence: string;
  /** What it is needed for. */
  readonly reason: string;
}

interface ReviewedList {
  /** Licences that may be shipped, and why. */
  readonly acceptedLicences: Readonly<Record<string, string>>;
  readonly bundledInConsole: readonly string[];
  readonly packages: Readonly<Record<string, Reviewed>>;
}

/** Where the generated page is. */
export const thirdPartyPage = join(repository, 'docs', 'third-party.md');

/** Reads the reviewed list. */
export function readReviewedList(): ReviewedList {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, 'reviewed-packages.json'), 'utf8'),
  ) as ReviewedList;
}

/**
 * Returns what is wrong with the shipped packages, one line each: a package that is not on the list, has another licence
 * than was reviewed or one that is not accepted, or has no digest in the lock file; and an entry of the list that nothing
 * needs any more.
 */
export function reviewFaults(shipped: readonly ShippedPackage[], list: ReviewedList): readonly string[] {
  const faults: string[] = [];
  const used = new Set<string>();
  for (const { name, version, licence, hasIntegrity } of shipped) {
    const entry = entryOf(name, list);
    if (entry === undefined) {
      faults.push(`${name} ${version} is not reviewed: add it to reviewed-packages.json with its reason`);
      continue;
    }
    used.add(entry);
    const { licence: reviewed } = list.packages[entry]!;
    if (licence !== reviewed) faults.push(`${name} ${version} has the licence ${licence}, not ${reviewed}`);
    if (!Object.hasOwn(list.acceptedLicences, licence)) faults.push(`${name}: ${licence} is not accepted`);
    if (!hasIntegrity) faults.push(`${name} ${version} has no sha512 digest in package-lock.json`);
  }
  for (const entry of Object.keys(list.packages)) {
    if (!used.has(entry)) faults.push(`${entry} is on the list, and nothing needs it any more`);
  }
  return faults;
}

function entryOf(name: string, { packages }: ReviewedList): string | undefined {
  if (Object.hasOwn(packages, name)) return name;
  return Object.keys(packages).find((entry) => entry.endsWith('*') && name.startsWith(entry.slice(0, -1)));
}

/** The text of docs/third-party.md. */
export function thirdPartyText(shipped: readonly ShippedPackage[], list: ReviewedList): string {
  const rows = new Map<string, string>();
  for (const { name, version, licence, how } of shipped) {
    const { reason = '' } = list.packages[entryOf(name, list) ?? ''] ?? {};
    rows.set(`${name} ${version}`, `| ${name} | ${version} | ${licence} | ${how} | ${reason} |`);
  }
  const counts = Map.groupBy(shipped, ({ licence }) => licence);
  return [
    '# Third-party packages',
    '',
    'Made by `npm run licences` from `package-lock.json` and `packages/cli/release/reviewed-packages.json`; do not edit. A test fails for a package that is not reviewed, a changed licence, and a missing digest.',
    '',
    '    npm run licences     # checks the list and writes this page, without the network',
    '    npm run sbom         # writes claviger.cdx.json (CycloneDX) for a release',
    '',
    `${rows.size} packages: ${[...counts].map(([licence, of]) => `${of.length} ${licence}`).join(', ')}.`,
    '',
    '| package | version | licence | shipped | needed for |',
    '| --- | --- | --- | --- | --- |',
    ...rows.values(),
    '',
  ].join('\n');
}

if (import.meta.main) {
  const list = readReviewedList();
  const shipped = shippedPackages(readLockFile(), list.bundledInConsole);
  const faults = reviewFaults(shipped, list);
  for (const fault of faults) console.error(fault);
  writeFileSync(thirdPartyPage, thirdPartyText(shipped, list));
  console.log(`${shipped.length} packages, ${faults.length} faults; written to docs/third-party.md`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
