/**
 * Writes the software bill of materials of a release, `claviger.cdx.json`: `npm run sbom`. It is npm's own CycloneDX
 * document of what an installation depends on, with the packages that are bundled into the console's files added.
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

/** A CycloneDX document; only the fields that are changed here. */
interface BillOfMaterials {
  readonly components: Component[];
  readonly metadata: { readonly component: { name: string } };
}

/** Returns the bill of materials, from the lock file alone. */
export function billOfMaterials(): BillOfMaterials {
  const { stdout, status, stderr } = spawnSync(
    'npm',
    ['sbom', '--omit', 'dev', '--package-lock-only', '--sbom-format', 'cyclonedx'],
    { cwd: REPOSITORY, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  const document = JSON.parse(stdout) as BillOfMaterials;
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
  return document;
}

if (import.meta.main) {
  const document = billOfMaterials();
  writeFileSync(join(REPOSITORY, 'claviger.cdx.json'), `${JSON.stringify(document, null, 2)}\n`);
  console.log(`${document.components.length} components; written to claviger.cdx.json`);
}
