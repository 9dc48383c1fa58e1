/**
 * Runs the tests:
 *
 *     npm test                              lint, build, all tests
 *     npm test -- --only signature          one package; `--only` may be repeated
 *     npm test -- packages/policy/src/places.test.ts
 *     npm test -- --no-skips                a skipped test is a failure, as on the build machine
 *
 * Test files of a folder share processes, since loading the sources takes longer than most of their tests; as many
 * processes run at a time as the machine has cores.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fastestDirectory, startPostgres } from '../packages/server/test/postgres-server.ts';
import type { TestResult } from './test-results.ts';

/** Those whose tests take longest first, so that the end of the run is not one process alone. */
const PACKAGES = ['server', 'console', 'cli', 'guard', 'signature', 'policy', 'catalogue', 'scripts'];
const NEEDS_POSTGRES: ReadonlySet<string> = new Set(['server', 'cli']);
const FILES_IN_PROCESS = 8;
/** Starts a server whose clock stands still: it must not fall behind that of signatures while other files run. */
const STARTS_CONSOLE = /\b(startForSuite|startConsole)\(/;
const TEST_TIMEOUT_MS = 300_000;
/** Their databases are in memory. Other packages install programs into their temporary directory. */
const IN_MEMORY: ReadonlySet<string> = new Set(['server', 'guard']);
/** Most objects of a test die young: with more room for them, in MiB, the garbage collector runs less often. */
const YOUNG_OBJECTS_MIB = 64;
/** A process that something keeps alive after its last test is ended, and counts as failed. */
const PROCESS_TIMEOUT_MS = 1_200_000;
const SLOWEST_FILES = 10;
/** More would make the browsers and clients of the tests wait longer than they do. */
const PROCESSES = availableParallelism();

/** Files that run in one process. */
interface TestProcess {
  readonly package: string;
  readonly files: readonly string[];
}

interface FinishedProcess extends TestProcess {
  readonly results: readonly TestResult[];
  readonly seconds: number;
  readonly exitCode: number | null;
  readonly output: string;
}

const repository = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    'no-skips': { type: 'boolean', default: false },
  },
});
for (const name of values.only) {
  if (!PACKAGES.includes(name)) exitWith(`unknown package "${name}": expected one of ${PACKAGES.join(', ')}`);
}

for (const file of positionals) {
  if (!existsSync(file)) exitWith(`no test file "${file}": expected a path from this directory`);
}

const isWhole = values.only.length === 0 && positionals.length === 0;
// Both at once: most of the build runs on one core.
const scripts = await Promise.all((isWhole ? ['lint', 'build'] : ['build']).map(runScript));
if (scripts.includes(false)) process.exit(1);

const processes = plan();
if (processes.length === 0) exitWith('no test file matches');
const startedAt = performance.now();
const busyAtStart = busySeconds();
const results = mkdtempSync(join(tmpdir(), 'claviger-test-results-'));
const temporary = mkdtempSync(join(fastestDirectory(), 'claviger-tests-'));
// A PostgreSQL that a test starts runs as another user when this is root, and reads a file of its set-up there.
chmodSync(temporary, 0o755);
const postgres = processes.some((each) => NEEDS_POSTGRES.has(each.package))
  ? await startPostgres()
  : undefined;
const finished: FinishedProcess[] = [];
try {
  const waiting = processes.entries();
  const workers = Array.from({ length: PROCESSES }, async () => {
    for (const [index, each] of waiting) {
      const done = await runProcess(each, join(results, String(index)));
      finished.push(done);
      printProcess(done);
    }
  });
  await Promise.all(workers);
} finally {
  await postgres?.stop();
  rmSync(results, { recursive: true, force: true });
  rmSync(temporary, { recursive: true, force: true });
}
process.exitCode = printSummary() ? 0 : 1;

/** Test files in the order in which they start, those that cannot share a process alone. */
function plan(): TestProcess[] {
  const chosen = positionals.map((file) => join(process.cwd(), file));
  return PACKAGES.filter((name) => values.only.length === 0 || values.only.includes(name)).flatMap((name) =>
    foldersOf(name).flatMap((folder) => {
      const found = globSync(`${folder}/**/*.test.{ts,tsx}`, { cwd: repository })
        .toSorted()
        .map((file) => join(repository, file))
        .filter((file) => chosen.length === 0 || chosen.includes(file));
      const alone = found.filter(needsOwnProcess);
      const sharing = found.filter((file) => !alone.includes(file));
      const count = Math.ceil(sharing.length / FILES_IN_PROCESS);
      // Every n-th file: neighbours in the alphabet are slow or fast together.
      const shared = Array.from({ length: count }, (_, at) => sharing.filter((_, of) => of % count === at));
      return [...shared, ...alone.map((file) => [file])].map((files) => ({ package: name, files }));
    }),
  );
}

/** Folders with the tests of a package, or of the repository's own scripts. */
function foldersOf(name: string): readonly string[] {
  return name === 'scripts' ? ['scripts'] : [`packages/${name}/test`, `packages/${name}/src`];
}

/**
 * Whether a file cannot share a process: it starts a console, or has hooks outside of any suite, which would run around
 * the tests of other files too.
 */
function needsOwnProcess(file: string): boolean {
  const text = readFileSync(file, 'utf8');
  return STARTS_CONSOLE.test(text) || /^(before|after|beforeEach|afterEach)\(/m.test(text);
}

/** CPU time of all processes of this machine since it was started, in seconds. */
function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

async function runProcess(each: TestProcess, resultFile: string): Promise<FinishedProcess> {
  const start = performance.now();
  const words = [
    '--conditions=claviger-source',
    `--max-semi-space-size=${YOUNG_OBJECTS_MIB}`,
    join(import.meta.dirname, 'run-test-files.ts'),
  ];
  const child = spawn(process.execPath, words, {
    cwd: repository,
    timeout: PROCESS_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // Compiled sources are kept from one process to the next, and from one run to the next.
      NODE_COMPILE_CACHE: join(repository, 'node_modules', '.cache', 'test-code'),
      ...process.env,
      ...(IN_MEMORY.has(each.package) && { TMPDIR: temporary }),
      CLAVIGER_TEST_FILES: each.files.join('\n'),
      CLAVIGER_TEST_RESULTS: resultFile,
      CLAVIGER_TEST_TIMEOUT: String(TEST_TIMEOUT_MS),
      ...(postgres && { CLAVIGER_TEST_POSTGRES: postgres.url }),
    },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const lines = existsSync(resultFile) ? readFileSync(resultFile, 'utf8').split('\n').filter(Boolean) : [];
  return {
    ...each,
    output,
    exitCode,
    seconds: (performance.now() - start) / 1000,
    results: lines.map((line) => JSON.parse(line) as TestResult),
  };
}

/** The tests of a process without its suites and the marks between files. */
function testsOf({ results: of }: FinishedProcess): readonly TestResult[] {
  return of.filter(({ isSuite, name }) => !isSuite && !name[0]?.startsWith('file: '));
}

function failuresOf({ results: of }: FinishedProcess): readonly TestResult[] {
  return of.filter(({ outcome, reason }) => outcome === 'failed' && reason !== '');
}

function hasFailed(done: FinishedProcess): boolean {
  return done.exitCode !== 0 || done.results.some(({ outcome }) => outcome === 'failed');
}

function printProcess(done: FinishedProcess): void {
  const mark = hasFailed(done) ? '✖' : '✔';
  const files = done.files.map((file) => file.slice(repository.length + 1));
  const of = files.length === 1 ? files[0] : `${done.package}: ${files.length} files from ${files[0]}`;
  console.log(`${mark} ${of}: ${testsOf(done).length} tests, ${done.seconds.toFixed(1)} s`);
  if (!hasFailed(done)) return;
  for (const { file, name, reason } of failuresOf(done))
    console.log(`\n  ✖ ${file.slice(repository.length + 1)}\n    ${name.join(' > ')}\n${indent(reason, 6)}`);
  if (done.exitCode !== 0)
    console.log(`\n  exit code ${done.exitCode}, with this output:\n${indent(done.output, 4)}`);
}

/** Prints what the run took and what was skipped. @returns whether it passed */
function printSummary(): boolean {
  console.log('\npackage     files   tests   seconds');
  for (const name of PACKAGES) {
    const of = finished.filter((each) => each.package === name);
    if (of.length === 0) continue;
    const files = of.reduce((sum, { files: some }) => sum + some.length, 0);
    const tests = of.reduce((sum, each) => sum + testsOf(each).length, 0);
    const seconds = of.reduce((sum, each) => sum + each.seconds, 0);
    console.log(row(name, files, tests, seconds));
  }
  const whole = (performance.now() - startedAt) / 1000;
  console.log(`${processes.length} processes, ${PROCESSES} at a time: ${whole.toFixed(1)} s`);
  // Processes that a test starts do not count in the time of its own. Other work of the machine is in this figure.
  console.log(`CPU time of the machine meanwhile: ${(busySeconds() - busyAtStart).toFixed(1)} s`);

  const seconds = new Map<string, number>();
  for (const { file, name, milliseconds } of finished.flatMap((each) => each.results)) {
    if (name.length === 1) seconds.set(file, (seconds.get(file) ?? 0) + milliseconds / 1000);
  }
  console.log('\nslowest files, in seconds');
  for (const [file, took] of [...seconds].toSorted(([, a], [, b]) => b - a).slice(0, SLOWEST_FILES))
    console.log(`${took.toFixed(1).padStart(8)}  ${file.slice(repository.length + 1)}`);

  const all = finished.flatMap((each) => each.results);
  const skipped = all.filter(({ outcome }) => outcome === 'skipped');
  if (skipped.length > 0) console.log('\nskipped');
  for (const { file, name, reason } of skipped)
    console.log(`  ${file.slice(repository.length + 1)}: ${name.join(' > ')}: ${reason}`);
  const failures = finished.filter(hasFailed);
  const failed = finished.flatMap(failuresOf);
  console.log(
    `\n${finished.flatMap(testsOf).length} tests, ${failed.length} failed, ${skipped.length} skipped`,
  );
  for (const { file, name } of failed)
    console.log(`  ✖ ${file.slice(repository.length + 1)}: ${name.join(' > ')}`);
  return failures.length === 0 && !(values['no-skips'] && skipped.length > 0);
}

function row(name: string, files: number, tests: number, seconds: number): string {
  return (
    name.padEnd(10) + String(files).padStart(7) + String(tests).padStart(8) + seconds.toFixed(1).padStart(10)
  );
}

function indent(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}

/** Runs a script of the repository. @returns whether it succeeded */
async function runScript(name: string): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', name], { cwd: repository, stdio: 'inherit' });
  return (await new Promise<number | null>((resolve) => child.on('close', resolve))) === 0;
}

function exitWith(message: string): never {
  console.error(`error: ${message}`);
  process.exit(2);
}
