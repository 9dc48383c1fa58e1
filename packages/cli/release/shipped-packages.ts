import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Root folder of the repository. */
export const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

/** Third-party package that an installation runs. */
export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Whether the lock file has a digest that npm checks on installation. */
  readonly hasIntegrity: boolean;
  readonly how: 'installed' | 'in the console';
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** `package-lock.json`, version 3. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** Packages that this repository publishes. */
const PUBLISHED = ['cli', 'server', 'guard', 'catalogue', 'policy', 'signature'].map(
  (name) => `packages/${name}`,
);

/** Reads the lock file of the repository. */
export function readLockFile(): LockFile {
  return JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8')) as LockFile;
}

/**
 * Returns the third-party packages of an installation, from the lock file: dependencies of the published packages, and
 * the packages that are bundled in the files of the console.
 * @param bundled direct dependencies of the console whose code is in its files; the others only build or test it
 */
export function shippedPackages(lock: LockFile, bundled: readonly string[]): readonly ShippedPackage[] {
  const installed = closure(
    lock,
    PUBLISHED.flatMap((at) => dependenciesOf(lock, at)),
  );
  const inConsole = closure(
    lock,
    bundled.map((name) => {
      const at = resolve(lock, 'packages/console', name);
      if (at === '') throw new Error(`${name} is not in package-lock.json`);
      return at;
    }),
  );
  const shipped = [...installed].map((at) => describe(lock, at, 'installed'));
  const more = [...inConsole].filter((at) => !installed.has(at));
  return [...shipped, ...more.map((at) => describe(lock, at, 'in the console'))].toSorted(
    (a, b) => compare(a.name, b.name) || compare(a.version, b.version),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function describe({ packages }: LockFile, at: string, how: ShippedPackage['how']): ShippedPackage {
  const { version = '', license = '', integrity } = packages[at] ?? {};
  const name = at.slice(at.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return { name, version, licence: license, hasIntegrity: integrity?.startsWith('sha512-') ?? false, how };
}

function closure(lock: LockFile, roots: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...roots];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (found.has(at)) continue;
    // Packages of this repository are followed but not listed.
    if (at.includes('node_modules/')) found.add(at);
    waiting.push(...dependenciesOf(lock, at));
  }
  return found;
}

function dependenciesOf(lock: LockFile, at: string): readonly string[] {
  const entry = lock.packages[at] ?? {};
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => at.includes('node_modules/') && entry.peerDependenciesMeta?.[name]?.optional !== true,
  );
  const names = [
    ...Object.keys(entry.dependencies ?? {}),
    ...Object.keys(entry.optionalDependencies ?? {}),
    ...peers,
  ];
  return names.map((name) => resolve(lock, at, name)).filter((found) => found !== '');
}

/** Returns the path of a dependency, resolved as Node.js does: in the folder, then in each parent. Empty if absent. */
function resolve({ packages }: LockFile, from: string, name: string): string {
  for (let folder = from; ; folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '') {
    const at = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[at]?.link === true) return `packages/${name.replace('@claviger/', '')}`;
    if (packages[at] !== undefined) return at;
    if (folder === '') return '';
  }
}
