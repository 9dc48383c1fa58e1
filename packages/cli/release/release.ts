/**
 * Builds a release into `dist-release/` (tarballs, bill of materials, SHA-256 checksums) and publishes the tarballs to
 * npm: `npm run release`. With `-- --dry-run` it publishes nothing and prints what it would publish.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PUBLISHED_FOLDERS, packPackages, readManifest, versionFaults } from './packages.ts';
import { billOfMaterials } from './sbom.ts';
import { REPOSITORY } from './shipped-packages.ts';

const output = join(REPOSITORY, 'dist-release');
const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const isDryRun = values['dry-run'];
const { version } = readManifest('');

const faults = [...versionFaults(readFileSync(join(REPOSITORY, 'CHANGELOG.md'), 'utf8'))];
if (!isDryRun && run('git', ['status', '--porcelain']) !== '')
  faults.push('the working tree has changes: commit them before a release');
if (faults.length > 0) {
  for (const fault of faults) console.error(`error: ${fault}`);
  process.exit(1);
}

// Compiled files of sources that are gone would be packed too.
for (const folder of PUBLISHED_FOLDERS)
  rmSync(join(REPOSITORY, folder, 'dist'), { recursive: true, force: true });
run('npm', ['run', 'build']);

rmSync(output, { recursive: true, force: true });
mkdirSync(output);
const tarballs = packPackages(output);
const bill = `claviger-${version}.cdx.json`;
writeFileSync(join(output, bill), `${JSON.stringify(billOfMaterials(), null, 2)}\n`);
const checksums = [...tarballs.map(({ filename }) => filename), bill].map(
  (file) =>
    `${createHash('sha256')
      .update(readFileSync(join(output, file)))
      .digest('hex')}  ${file}`,
);
writeFileSync(join(output, 'SHA256SUMS'), `${checksums.join('\n')}\n`);

console.log(`Claviger ${version}, in dist-release/ (check with: sha256sum --check SHA256SUMS)`);
for (const line of checksums) console.log(`  ${line}`);
for (const { name, filename, size, files } of tarballs) {
  const what = `${name}@${version} (${Math.ceil(size / 1024)} KiB, ${files.length} files)`;
  if (isDryRun) {
    console.log(`would publish ${what}`);
    continue;
  }
  run('npm', ['publish', join(output, filename), '--access', 'public']);
  console.log(`published ${what}`);
}

/** Runs a command to its end. @returns its standard output @throws Error with its output if it fails */
function run(command: string, words: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(command, words, { cwd: REPOSITORY, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${stdout}${stderr}`);
  return stdout;
}
