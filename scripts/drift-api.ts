/**
 * Compares the newest published clients with the API description, and fails when a client has an operation or a field
 * that is neither described nor on the reviewed list: `npm run drift:api`. Needs the network, Python 3 with pip, Maven,
 * tar and unzip; the registries are those that npm, pip and Maven are configured for.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DescribedProduct, type Drift, describeDrift, driftOf, reviewDrifts } from './api-drift.ts';
import { type ClientLanguage, type ClientOperations, readOperations } from './client-operations.ts';

const repository = join(import.meta.dirname, '..');
const DESCRIPTIONS = ['ims-2019-08-15', 'ram-2015-05-01', 'sts-2015-04-01', 'actiontrail-2020-07-06'];
const MAVEN_COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** Published clients of a registry. */
interface Registry {
  readonly name: string;
  readonly language: ClientLanguage;
  /** Returns the package of a product: `ims20190815`; `undefined` if the registry has none. */
  readonly packageOf: (client: string) => string | undefined;
  /** Returns the command that downloads the newest version of a package into a folder. */
  readonly download: (packageName: string, folder: string) => readonly [string, ...string[]];
  /** Files of the unpacked package that have the models. */
  readonly files: string;
  /** Not every package is served everywhere: one that cannot be downloaded is named, and the others are read. */
  readonly isPartial?: boolean;
}

/** Client as it was downloaded. */
interface ReadClient {
  readonly file: string;
  readonly operations: ClientOperations;
}

const REGISTRIES: readonly Registry[] = [
  {
    name: 'npm',
    language: 'javascript',
    // The client of ActionTrail is not published there.
    packageOf: (client) => (client.startsWith('actiontrail') ? undefined : `@alicloud/${client}`),
    download: (name, folder) => ['npm', 'pack', `${name}@latest`, '--silent', '--pack-destination', folder],
    files: '**/dist/**/*.js',
  },
  {
    name: 'PyPI',
    language: 'python',
    packageOf: (client) => `alibabacloud-${client}`,
    download: (name, folder) => [
      'python3',
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--dest',
      folder,
      name,
    ],
    files: '**/*.py',
  },
  {
    name: 'Maven',
    language: 'java',
    packageOf: (client) => `com.aliyun:${client}`,
    download: mavenSources,
    files: '**/*.java',
  },
  {
    name: 'Maven, asynchronous',
    language: 'java-async',
    packageOf: (client) => `com.aliyun:alibabacloud-${client}`,
    download: mavenSources,
    files: '**/models/*.java',
    isPartial: true,
  },
];

const folder = mkdtempSync(join(tmpdir(), 'claviger-drift-'));
try {
  const drifts: Drift[] = [];
  for (const description of DESCRIPTIONS) {
    const file = join(repository, 'packages/server/api-description', `${description}.json`);
    const described = JSON.parse(readFileSync(file, 'utf8')) as DescribedProduct;
    const client = description.replaceAll('-', '');
    for (const registry of REGISTRIES) {
      const packageName = registry.packageOf(client);
      if (packageName === undefined) continue;
      const read = readClientOrName(registry, packageName, join(folder, registry.name, client));
      if (read === undefined) continue;
      const { file: archive, operations } = read;
      const found = driftOf(described, operations);
      console.log(
        `${registry.name}: ${archive}: ${operations.size} operations, ${found.length} not described`,
      );
      drifts.push(...found);
    }
  }
  const reviewed = JSON.parse(readFileSync(join(import.meta.dirname, 'reviewed-api-drift.json'), 'utf8'));
  const { unknown, stale } = reviewDrifts(drifts, reviewed);
  for (const line of stale) console.log(`reviewed, but no client has it any more: ${line}`);
  for (const line of unknown) console.error(`new: ${line}`);
  if (unknown.length > 0) {
    console.error(
      'Describe what is new in packages/server/api-description/, or enter it with a reason in scripts/reviewed-api-drift.json.',
    );
    process.exitCode = 1;
  } else {
    const seen = new Set(drifts.map(describeDrift)).size;
    console.log(`nothing new; ${seen} operations and fields are reviewed`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Reads a client; `undefined`, with a message, if its registry is a partial one and does not serve it. */
function readClientOrName(registry: Registry, packageName: string, into: string): ReadClient | undefined {
  try {
    return readClient(registry, packageName, into);
  } catch (error) {
    if (registry.isPartial !== true) throw error;
    console.log(`${registry.name}: ${packageName} cannot be downloaded, not compared`);
    return undefined;
  }
}

function mavenSources(name: string, into: string): readonly [string, ...string[]] {
  return [
    'mvn',
    '--quiet',
    '--batch-mode',
    MAVEN_COPY,
    `-Dartifact=${name}:LATEST:jar:sources`,
    `-DoutputDirectory=${into}`,
  ];
}

/** Downloads and unpacks the newest version of a client, and reads its operations. */
function readClient({ language, download, files }: Registry, packageName: string, into: string): ReadClient {
  const unpacked = join(into, 'unpacked');
  mkdirSync(unpacked, { recursive: true });
  run(into, ...download(packageName, into));
  const file = readdirSync(into).find((name) => /\.(tgz|tar\.gz|whl|jar)$/.test(name));
  if (file === undefined) throw new Error(`no archive of ${packageName} was downloaded`);
  if (/\.(tgz|tar\.gz)$/.test(file)) run(into, 'tar', '-xzf', file, '-C', unpacked);
  else run(into, 'unzip', '-q', file, '-d', unpacked);
  const operations: ClientOperations = new Map();
  for (const path of globSync(files, { cwd: unpacked }))
    readOperations(operations, language, readFileSync(join(unpacked, path), 'utf8'));
  if (operations.size === 0) throw new Error(`no operation found in ${file}: its sources have another form`);
  return { file, operations };
}

/** Runs a command to its end. @throws Error with its output if it fails */
function run(cwd: string, command: string, ...words: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw new Error(`cannot run ${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${stdout}${stderr}`);
}
