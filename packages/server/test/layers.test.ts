/**
 * The layers of `packages/server/src` (CONTRIBUTING.md, "Layers of the server"): imports point downward only, type
 * imports included, and neither files nor folders import each other in a circle.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, sep } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Folders of each layer, the lowest first. Files of the root folder compose them and may import every layer. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors', 'store', 'secrets'],
  ['context'],
  ['wire'],
  [
    'access-keys',
    'accounts',
    'applications',
    'audit',
    'federation',
    'groups',
    'guards',
    'mfa',
    'passwords',
    'policies',
    'policy-analysis',
    'policy-documents',
    'recycle-bin',
    'reports',
    'revocation',
    'roles',
    'service-credentials',
    'settings',
    'tags',
    'users',
  ],
  ['session', 'tokens', 'replication'],
  ['pipeline'],
  ['api'],
  ['http'],
  ['workers'],
];

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));

const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/** Imports by file, as paths below `src`. */
function readImports(): ReadonlyMap<string, readonly string[]> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.split(sep).join('/'));
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(SOURCES, file), 'utf8');
      const imported = [...text.matchAll(IMPORT)].map(([, path = '']) =>
        normalize(join(dirname(file), path))
          .split(sep)
          .join('/'),
      );
      return [file, imported];
    }),
  );
}

const folderOf = (file: string): string => (file.includes('/') ? (file.split('/', 1)[0] ?? '') : '');

/** Returns one circle of a graph as its nodes, the first one repeated at the end; `undefined` if it has none. */
function findCircle(graph: ReadonlyMap<string, Iterable<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (done.has(node)) return undefined;
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('layers of the server', () => {
  const imports = readImports();
  const rankOf = new Map(LAYERS.flatMap((folders, rank) => folders.map((folder) => [folder, rank] as const)));

  it('every folder belongs to a layer', () => {
    const folders = new Set([...imports.keys()].map(folderOf));
    folders.delete('');
    assert.deepEqual([...folders].sort(), [...rankOf.keys()].sort());
  });

  it('no file imports a higher layer', () => {
    const rank = (file: string): number => rankOf.get(folderOf(file)) ?? LAYERS.length;
    const upward = [...imports].flatMap(([file, imported]) =>
      imported.filter((other) => rank(other) > rank(file)).map((other) => `${file} imports ${other}`),
    );
    assert.deepEqual(upward, []);
  });

  it('no files import each other in a circle', () => {
    assert.equal(findCircle(imports)?.join(' -> '), undefined);
  });

  it('no folders import each other in a circle', () => {
    const folders = new Map<string, Set<string>>();
    for (const [file, imported] of imports) {
      const folder = folderOf(file);
      if (folder === '') continue;
      const others = folders.get(folder) ?? new Set();
      folders.set(folder, others);
      for (const other of imported) {
        if (folderOf(other) !== folder && folderOf(other) !== '') others.add(folderOf(other));
      }
    }
    assert.equal(findCircle(folders)?.join(' -> '), undefined);
  });

  it('no two files have the same name', () => {
    const tests = readdirSync(fileURLToPath(new URL('./', import.meta.url)));
    const names = [...imports.keys(), ...tests].map((file) => basename(file));
    assert.deepEqual(
      names.filter((name, index) => name.endsWith('.ts') && names.indexOf(name) !== index),
      [],
    );
  });

  it('a circle is found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    assert.deepEqual(findCircle(graph), ['b', 'c', 'b']);
  });
});
