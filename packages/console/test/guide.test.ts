import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { LANGUAGES } from '../src/language/languages.ts';

const GUIDES = join(import.meta.dirname, '..', '..', '..', 'docs', 'guide');
const LOCALES = join(import.meta.dirname, '..', 'src', 'locales');

describe('the user guide', () => {
  for (const language of LANGUAGES) {
    const text = readFileSync(join(GUIDES, `${language}.md`), 'utf8');

    test(`uses the names of pages, buttons and fields of the console, ${language}`, () => {
      const words = catalogue(language);
      const named = [...text.matchAll(/\*\*(.+?)\*\*/g)].flatMap(([, bold = '']) => bold.split(' → '));
      assert.ok(named.length > 40);
      assert.deepEqual(
        named.filter((word) => word !== '…' && !words.has(word)),
        [],
      );
    });

    test(`shows each existing picture once, ${language}`, () => {
      const shown = [...text.matchAll(/\]\((\S+\.png)\)/g)].map(([, path = '']) => path);
      assert.deepEqual(
        shown.filter((path) => !existsSync(join(GUIDES, path))),
        [],
      );
      const taken = readdirSync(join(GUIDES, '..', 'images', language)).map(
        (name) => `../images/${language}/${name}`,
      );
      assert.deepEqual(shown.toSorted(), taken.toSorted());
    });

    test(`links to existing sections, ${language}`, () => {
      const sections = new Set(
        [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
          heading
            .toLowerCase()
            .replace(/[^\p{Letter}\p{Number} -]/gu, '')
            .replaceAll(' ', '-'),
        ),
      );
      const links = [...text.matchAll(/\]\(#(.+?)\)/g)].map(([, section = '']) => section);
      assert.ok(links.length > 10);
      assert.deepEqual(
        links.filter((section) => !sections.has(section)),
        [],
      );
    });

    test(`has the same policies and programs as in English, ${language}`, () => {
      const fenced = (of: string) => of.match(/```[\s\S]*?```/g);
      assert.deepEqual(fenced(text), fenced(readFileSync(join(GUIDES, 'en.md'), 'utf8')));
    });
  }
});

/** Returns all texts of the console in a language. */
function catalogue(language: string): Set<string> {
  const words = new Set<string>();
  const add = (entry: unknown): void => {
    if (typeof entry === 'string') words.add(entry);
    else for (const value of Object.values(entry as object)) add(value);
  };
  for (const file of readdirSync(join(LOCALES, language))) {
    add(JSON.parse(readFileSync(join(LOCALES, language, file), 'utf8')));
  }
  return words;
}
