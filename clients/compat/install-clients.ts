import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COPIED_DRIVERS, type Language, type Pins } from './generations.ts';

const here = import.meta.dirname;
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'claviger', 'compat');
const MAX_STDERR = 2_000;
/** Time limit of each command that installs, ms: a registry that does not answer must not hold up a build. */
const INSTALL_TIMEOUT_MS = 300_000;
const JAVA_GENERATIONS = ['new', 'async', 'old'];
const PYTHON_PINS = { newest: 'requirements.txt', oldest: 'requirements-oldest.txt' } as const;
const GO_PINS = { newest: 'go.mod', oldest: 'oldest.mod' } as const;

/** A generation of which the registry serves one version has no `oldest.xml`. */
function javaPins(generation: string, pins: Pins): string {
  const oldest = join(here, 'java', generation, 'oldest.xml');
  return pins === 'oldest' && existsSync(oldest) ? oldest : join(here, 'java', generation, 'pom.xml');
}

/** Clients of a language cannot be installed; the message says what is missing. */
export class NotInstallable extends Error {
  override readonly name = 'NotInstallable';
}

/** What a language needs on the PATH. */
const TOOLS: Readonly<Record<Language, readonly (readonly string[])[]>> = {
  node: [],
  aliyun: [['aliyun', 'version']],
  python: [['python3', '--version']],
  go: [['go', 'version']],
  java: [
    ['javac', '-version'],
    ['mvn', '--version'],
  ],
};

/**
 * Installs the clients of a language into a cache folder, once for each change of their pins.
 * @returns the folder
 * @throws NotInstallable
 */
export async function installClients(language: Language, pins: Pins): Promise<string> {
  for (const [tool = '', ...words] of TOOLS[language]) {
    if (spawnSync(tool, words, { stdio: 'ignore' }).status !== 0)
      throw new NotInstallable(`${tool} is not on the PATH: install it to test the ${language} clients`);
  }
  if (language === 'aliyun') return '';
  if (language === 'node' && pins === 'newest') return join(here, '..', '..');
  const folder = join(
    cache,
    `${language}-${pins === 'newest' ? '' : 'oldest-'}${hashOf(join(here, language))}`,
  );
  const done = join(folder, '.installed');
  if (existsSync(done)) return folder;
  console.error(`installing the ${pins} ${language} clients into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await INSTALLERS[language](folder, pins);
  writeFileSync(done, '');
  return folder;
}

const INSTALLERS: Readonly<Record<Exclude<Language, 'aliyun'>, (into: string, pins: Pins) => Promise<void>>> =
  {
    async node(into) {
      cpSync(join(here, 'node', 'oldest', 'package.json'), join(into, 'package.json'));
      await run('npm', ['install', '--silent', '--no-audit', '--no-fund'], into);
      const drivers = join(into, COPIED_DRIVERS);
      cpSync(join(here, 'node'), join(drivers, 'node'), { recursive: true });
      cpSync(join(here, 'call.ts'), join(drivers, 'call.ts'));
    },
    async python(into, pins) {
      await run('python3', ['-m', 'venv', into]);
      const requirements = join(here, 'python', PYTHON_PINS[pins]);
      await run(join(into, 'bin', 'pip'), [
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '-r',
        requirements,
      ]);
    },
    async go(into, pins) {
      const words = ['build', `-modfile=${GO_PINS[pins]}`, '-o', `${into}/`, './old', './generic'];
      await run('go', words, join(here, 'go'));
    },
    async java(into, pins) {
      for (const generation of JAVA_GENERATIONS) {
        const folder = join(into, generation);
        mkdirSync(folder);
        const pom = javaPins(generation, pins);
        const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
        await run('mvn', [
          '-q',
          '-B',
          '-Dstyle.color=never',
          '-f',
          pom,
          plugin,
          `-DoutputDirectory=${folder}`,
          '-DincludeScope=runtime',
        ]);
        const sources = readdirSync(join(here, 'java', generation)).filter((name) => name.endsWith('.java'));
        const files = ['Calls.java', ...sources.map((name) => join(generation, name))];
        await run('javac', ['-nowarn', '-cp', join(folder, '*'), '-d', folder, ...files], join(here, 'java'));
      }
    },
  };

/** Makes a Java trust store with one certificate. @returns its file */
export async function trustStore(certificate: string, folder: string): Promise<string> {
  const store = join(folder, 'trust.p12');
  const words = ['-importcert', '-noprompt', '-alias', 'claviger', '-file', certificate];
  await run('keytool', [...words, '-keystore', store, '-storetype', 'PKCS12', '-storepass', 'changeit']);
  return store;
}

/** Versions of the installed packages, by name. */
export function installedVersions(
  language: Language,
  installed: string,
  pins: Pins,
): ReadonlyMap<string, string> {
  switch (language) {
    case 'node':
      return new Map(
        readdirSync(join(installed, 'node_modules', '@alicloud')).map((name) => {
          const file = join(installed, 'node_modules', '@alicloud', name, 'package.json');
          return [
            `@alicloud/${name}`,
            (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version,
          ];
        }),
      );
    case 'python': {
      const text = readFileSync(join(here, 'python', PYTHON_PINS[pins]), 'utf8');
      return new Map(
        [...text.matchAll(/^(.+)==(.+)$/gm)].map(([, name = '', version = '']) => [name, version]),
      );
    }
    case 'go': {
      const text = readFileSync(join(here, 'go', GO_PINS[pins]), 'utf8');
      return new Map(
        [...text.matchAll(/^\s+(\S+) (v\S+)/gm)].map(([, name = '', version = '']) => [name, version]),
      );
    }
    case 'aliyun':
      return new Map([['aliyun', spawnSync('aliyun', ['version'], { encoding: 'utf8' }).stdout.trim()]]);
    case 'java':
      return new Map(
        JAVA_GENERATIONS.flatMap((generation) => readdirSync(join(installed, generation))).flatMap((file) => {
          const [, name, version] = /^(.+?)-(\d[^-]*(?:-beta)?)\.jar$/.exec(file) ?? [];
          return name === undefined || version === undefined ? [] : [[name, version] as const];
        }),
      );
  }
}

/** Hash of every file of a folder: a change of a pin or of a driver installs anew. */
function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true }).toSorted((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    if (file.isFile() && !file.parentPath.includes('__pycache__'))
      hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  }
  return hash.digest('hex').slice(0, 12);
}

async function run(command: string, words: readonly string[], cwd = here): Promise<void> {
  const what = `${command} ${words.join(' ')}`;
  try {
    await promisify(execFile)(command, words, { cwd, timeout: INSTALL_TIMEOUT_MS, killSignal: 'SIGKILL' });
  } catch (error) {
    const {
      code,
      killed,
      stderr = '',
      message,
    } = error as {
      readonly code?: number | string;
      readonly killed?: boolean;
      readonly stderr?: string;
      readonly message: string;
    };
    if (killed === true) throw new NotInstallable(`${what} took more than ${INSTALL_TIMEOUT_MS / 1000} s`);
    if (typeof code !== 'number') throw new NotInstallable(`${command} cannot be started: ${message}`);
    throw new NotInstallable(`${what} failed with ${code}: ${stderr.slice(-MAX_STDERR)}`);
  }
}
