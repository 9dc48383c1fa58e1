/** Builds the console into `dist`, unless what stands there was made of the same sources. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const here = import.meta.dirname;
const stamp = join(here, 'dist', '.inputs');
const inputs = inputsDigest();

if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) process.exit(0);

await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'warn' });
writeFileSync(stamp, inputs);

/** SHA-256 over everything that the build reads, with names. */
function inputsDigest(): string {
  const hash = createHash('sha256');
  const files = [
    join(here, '..', '..', 'package-lock.json'),
    ...['index.html', 'package.json', 'tsconfig.json', 'vite.config.ts'].map((name) => join(here, name)),
    ...filesUnder(join(here, 'src')),
  ];
  for (const file of files)
    hash
      .update(`${file.slice(here.length)}\0`)
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
