/** Prints how much JavaScript the pages of the console load at first: `npm run size -w packages/console`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const DIST = join(import.meta.dirname, 'dist');

/** Scripts that a browser loads to show a page. */
export interface FirstLoad {
  /** Compressed size. */
  readonly bytes: number;
  readonly files: readonly string[];
}

/**
 * Returns what a browser loads to show a page: the scripts of index.html, the chunk of the page, and their imports.
 * @param page name of its source file
 */
export function firstLoad(page: string): FirstLoad {
  const assets = join(DIST, 'assets');
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  const begin = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map(([, name]) => name!);
  const own = readdirSync(assets).filter((name) => name.endsWith('.js') && name.startsWith(`${page}-`));
  // Includes the chunk of the catalogue with the same name, which is loaded, too.
  const wanted = [...begin, ...own];
  const loaded = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (loaded.has(name)) continue;
    loaded.add(name);
    const text = readFileSync(join(assets, name), 'utf8');
    for (const [, imported] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
      wanted.push(imported!);
  }
  const files = [...loaded].map((name) => join(assets, name));
  return { files, bytes: files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const page of ['sign-in', 'overview', 'user-list', 'user-detail']) {
    const { bytes, files } = firstLoad(page);
    console.log(`${page}: ${(bytes / 1024).toFixed(0)} KB in ${files.length} files`);
  }
}
