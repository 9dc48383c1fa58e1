/** `npm run docs:quickstart`: writes the pages of docs/quickstart. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quickstartPages } from './quickstart-pages.ts';

for (const [path, text] of quickstartPages()) {
  const file = join(import.meta.dirname, '..', 'docs', 'quickstart', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
