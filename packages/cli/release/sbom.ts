/**
 * Writes the software bill of materials of a release, `claviger.cdx.json`: `npm run sbom`. It is the CycloneDX document
 * that npm writes for the dependencies, with the packages that are bundled in the files of the console.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, readLockFile, shippedPackages } from './shipped-packages.ts';
import { readReviewedList } from './third-party.ts';

interface Component {
  readonly name: string;
  readonly version: string;
}

const { stdout, status, stderr } = spawnSync(
  'npm',
  ['sbom', '--omit', 'dev', '--package-lock-only', '--sbom-format', 'cyclonedx'],
  { cwd: REPOSITORY, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
);
if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
const document = JSON.parse(stdout) as { components: Component[]; metadata: { component: { name: string } } };
// npm uses the name of the folder.
document.metadata.component.name = 'claviger';
const known = new Set(document.components.map(({ name, version }) => `${name}@${version}`));
for (const { name, version, licence } of shippedPackages(
  readLockFile(),
  readReviewedList().bundledInConsole,
)) {
  if (known.has(`${name}@${version}`)) continue;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const component = { 'bom-ref': `${name}@${version}`, type: 'library', name, version, purl };
  document.components.push({ ...component, licenses: [{ license: { id: licence } }] } as Component);
}
writeFileSync(join(REPOSITORY, 'claviger.cdx.json'), `${JSON.stringify(document, null, 2)}\n`);
console.log(`${document.components.length} components; written to claviger.cdx.json`);
