import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './shipped-packages.ts';

/** Folders of the published packages, in the order in which they are published: dependencies first. */
export const PUBLISHED_FOLDERS = [
  'signature',
  'policy',
  'catalogue',
  'guard',
  'console',
  'server',
  'cli',
].map((name) => `packages/${name}`);

/** Fields of a package.json that a release depends on. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly repository?: { readonly url: string; readonly directory?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One tarball, as `npm pack` describes it. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly size: number;
  /** Paths inside the package. */
  readonly files: readonly { readonly path: string }[];
}

/** Reads a package.json. @param folder below the repository; the repository itself if empty */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(REPOSITORY, folder, 'package.json'), 'utf8')) as Manifest;
}

/**
 * Packs every published package as it is built now.
 * @param destination folder that exists already
 */
export function packPackages(destination: string): readonly Tarball[] {
  const workspaces = PUBLISHED_FOLDERS.flatMap((folder) => ['--workspace', folder]);
  const { stdout, stderr, status } = spawnSync(
    'npm',
    ['pack', '--json', '--pack-destination', destination, ...workspaces],
    { cwd: REPOSITORY, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const tarballs = JSON.parse(stdout) as readonly Tarball[];
  const order = PUBLISHED_FOLDERS.map((folder) => readManifest(folder).name);
  return tarballs.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/**
 * Returns the reasons why the packages cannot be released as one version, one line each.
 * @param changelog text of CHANGELOG.md
 */
export function versionFaults(changelog: string): readonly string[] {
  const { version } = readManifest('');
  const manifests = PUBLISHED_FOLDERS.map(readManifest);
  const ours = new Set(manifests.map(({ name }) => name));
  const faults: string[] = [];
  for (const { name, version: own, dependencies = {} } of manifests) {
    if (own !== version)
      faults.push(`${name} has the version ${own}: expected ${version}, as the repository`);
    for (const [needed, range] of Object.entries(dependencies)) {
      if (ours.has(needed) && range !== version)
        faults.push(`${name} depends on ${needed} ${range}: expected exactly ${version}`);
    }
  }
  if (!new RegExp(`^## \\[?${version.replaceAll('.', '\\.')}\\b`, 'm').test(changelog))
    faults.push(`CHANGELOG.md has no section for ${version}: expected a heading "## ${version}"`);
  return faults;
}
