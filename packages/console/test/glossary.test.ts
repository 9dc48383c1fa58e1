/** One term for each idea in each Chinese language, in the console, the guide, the quickstarts and the README. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const CONSOLE = join(import.meta.dirname, '..');
const ROOT = join(CONSOLE, '..', '..');

/** Term of an idea; `except` are words that contain another one and mean something else. */
interface Entry {
  readonly english: string;
  readonly term: string;
  readonly not: readonly string[];
  readonly except?: readonly string[];
}

const GLOSSARY = JSON.parse(readFileSync(join(CONSOLE, 'glossary.json'), 'utf8')) as Record<string, Entry[]>;

/** Returns the texts of a language by file. */
function textsOf(language: string): ReadonlyMap<string, string> {
  const folder = (...path: string[]) => readdirSync(join(ROOT, ...path)).map((name) => join(...path, name));
  const files = [
    ...folder('packages', 'console', 'src', 'locales', language),
    ...folder('docs', 'quickstart', language),
    join('docs', 'guide', `${language}.md`),
    `README.${language}.md`,
  ];
  return new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
}

/** Returns the words of a text that the glossary replaces. */
function foreignWords(text: string, entries: readonly Entry[]): string[] {
  return entries.flatMap(({ term, not, except = [] }) => {
    const kept = except.reduce((rest, word) => rest.replaceAll(word, ''), text);
    return not.filter((word) => kept.includes(word)).map((word) => `${word} (use ${term})`);
  });
}

for (const [language, entries] of Object.entries(GLOSSARY)) {
  test(`${language} has one term for each idea, in the console and its documents`, () => {
    const faults = [...textsOf(language)].flatMap(([file, text]) =>
      foreignWords(text, entries).map((word) => `${file}: ${word}`),
    );
    assert.deepEqual(faults, []);
  });
}

test('the check finds a word that the glossary replaces, and keeps words that contain it', () => {
  const entries = GLOSSARY['zh-TW'] ?? [];
  assert.deepEqual(foreignWords('密鑰', entries), ['密鑰 (use AccessKey、金鑰)']);
  assert.deepEqual(foreignWords('通行密鑰，用戶端', entries), []);
});
