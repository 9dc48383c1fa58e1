/** Writes what is generated from the descriptions and declarations of operations: `npm run generate:api`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describedOperations } from '../src/api/described-operations.ts';
import { describedAnswersText } from './answer-types.ts';
import { ownDescriptionText } from './own-description.ts';

/** Generated files: how to make the text of each, by its place in the package. */
export const generatedFiles: ReadonlyMap<string, () => string> = new Map([
  ['src/wire/__generated__/described-answers.ts', () => describedAnswersText(describedOperations())],
  ['api-description/claviger-2026-11-24.json', ownDescriptionText],
]);

/** Folder of the package. */
export const packageFolder = new URL('../', import.meta.url);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(new URL('src/wire/__generated__/', packageFolder), { recursive: true });
  for (const [name, text] of generatedFiles) writeFileSync(new URL(name, packageFolder), text());
}
