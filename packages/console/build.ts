/** Builds the console into `dist`, unless `dist` was built from the same sources. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const FOLDER = import.meta.dirname;
const DIGEST_FILE = join(FOLDER, 'dist', '.inputs');
const inputs = inputsDigest();

if (existsSync(DIGEST_FILE) && readFileSync(DIGEST_FILE, 'utf8') === inputs) process.exit(0);

await build({ configFile: join(FOLDER, 'vite.config.ts'), logLevel: 'warn' });
writeFileSync(DIGEST_FILE, inputs);

/** Returns a SHA-256 digest of the names and contents of all files that the build reads. */
function inputsDigest(): string {
  const hash = createHash('sha256');
  const files = [
    join(FOLDER, '..', '..', 'package-lock.json'),
    ...['index.html', 'package.json', 'tsconfig.json', 'vite.config.ts'].map((name) => join(FOLDER, name)),
    join(FOLDER, '..', 'catalogue', 'data', 'actions.jsonl'),
    ...filesUnder(join(FOLDER, 'src')),
  ];
  for (const file of files)
    hash
      .update(`${file.slice(FOLDER.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  return hash.digest('hex');
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
