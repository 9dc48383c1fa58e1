import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BANNED_PHRASES } from './phrases.ts';

/**
 * Reports wordings of {@link BANNED_PHRASES} in the tracked text files of the repository, one `file:line` each.
 *
 *     node scripts/check-phrases.ts            # what `npm run lint` runs
 *     node scripts/check-phrases.ts --all      # the folders that are not converted as well
 *     node scripts/check-phrases.ts packages/policy docs/guard.md
 */

/** Folders and files that still have old wordings. Only ever shorten this list. */
const NOT_CONVERTED: readonly string[] = [];

/** Files that are checked, by the end of their names. */
const TEXT = /\.(ts|tsx|mts|mjs|cjs|js|md|yaml|yml|toml|sh|py|java|go|css|html|conf)$/;

/** Files that are not ours to word: generated, recorded, other languages, lists of passwords, and the list itself. */
const EXCLUDED =
  /(^|\/)__generated__\/|\.zh-(CN|TW)\.md$|\/zh-(CN|TW)(\.md|\/)|\/(recorded|common-passwords\.ts)|^scripts\/phrases(\.test)?\.ts$/;

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly found: string;
  readonly instead: string;
}

/** Finds banned wordings in a text. @param file its name, for the report */
export function findPhrases(file: string, text: string): Finding[] {
  return text.split('\n').flatMap((content, index) =>
    BANNED_PHRASES.flatMap(({ pattern, instead }) => {
      const match = pattern.exec(content);
      return match === null ? [] : [{ file, line: index + 1, found: match[0], instead }];
    }),
  );
}

function trackedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed.split('\0').filter((file) => TEXT.test(file) && !EXCLUDED.test(file));
}

function isBelow(file: string, places: readonly string[]): boolean {
  return places.some((place) => file === place || file.startsWith(place.endsWith('/') ? place : `${place}/`));
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // Deleted, and not yet committed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function main(args: readonly string[]): number {
  const places = args.filter((arg) => !arg.startsWith('--'));
  const checksAll = args.includes('--all') || places.length > 0;
  const findings = trackedFiles()
    .filter(
      (file) =>
        (places.length === 0 || isBelow(file, places)) && (checksAll || !isBelow(file, NOT_CONVERTED)),
    )
    .flatMap((file) => findPhrases(file, readIfPresent(file)));
  for (const { file, line, found, instead } of findings) {
    console.error(`${file}:${line}: "${found}"; write: ${instead}`);
  }
  if (findings.length > 0) console.error(`\n${findings.length} banned phrases; see scripts/phrases.ts`);
  return findings.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
