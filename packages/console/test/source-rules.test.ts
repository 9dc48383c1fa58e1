/** Rules for the sources of the console. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const SOURCES = join(import.meta.dirname, '..', 'src');

/** Returns the source files with their text. */
function readSources(): ReadonlyMap<string, string> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(SOURCES, name));
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
}

/** Returns the first circle of files that import each other, empty if absent. */
function importCircle(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file];
    if (done.has(file)) return [];
    for (const imported of imports.get(file) ?? []) {
      const circle = visit(imported, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('the check finds a circle and accepts a diamond', () => {
  const diamond = new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
    ['c', ['d']],
    ['d', []],
  ]);
  assert.deepEqual(importCircle(diamond), []);
  assert.deepEqual(importCircle(new Map([...diamond, ['d', ['b']]])), ['b', 'd', 'b']);
});

test('no files import each other in a circle, type imports included', () => {
  const sources = readSources();
  const imports = new Map(
    [...sources].map(([file, text]) => [
      file,
      [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)]
        .map(([, path]) => resolve(dirname(file), path!))
        .filter((path) => sources.has(path)),
    ]),
  );
  const edges = [...imports.values()].reduce((count, list) => count + list.length, 0);
  assert.ok(edges > 500, `only ${edges} imports were found`);
  assert.deepEqual(
    importCircle(imports).map((file) => relative(SOURCES, file)),
    [],
  );
});

test('styles are in style sheets: no element has a style of its own', () => {
  const styled = [...readSources()].filter(([, text]) => /\bstyles?=\{/.test(text));
  assert.deepEqual(
    styled.map(([file]) => relative(SOURCES, file)),
    [],
  );
});

test('no list loads everything: the server pages and searches users, groups, members, roles and policies', () => {
  const whole = /useEveryPage|'List(Users|UserBasicInfos|Groups|Roles|Policies)'/;
  const loading = [...readSources()].filter(
    ([file, text]) => !file.includes('__generated__') && whole.test(text),
  );
  assert.deepEqual(
    loading.map(([file]) => relative(SOURCES, file)),
    [],
  );
});

test('icons of buttons are hidden from screen readers, which would read their English names', () => {
  const read = [...readSources()].filter(([, text]) => /icon=\{<\w+Outlined \/>\}/.test(text));
  assert.deepEqual(
    read.map(([file]) => relative(SOURCES, file)),
    [],
  );
});
