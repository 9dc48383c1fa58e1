// Differential: this package against the official Python and Java signers. They sign random requests, and what they send
// has to be accepted, signed alike by `signRequest`, and refused once it is changed. Run with
// `npm run fuzz:clients -- --cases 1000000 --seed 1`; `--keep 12` writes that many requests of each signer to the corpus,
// which `npm test` replays without Python and Java.
//
// One process for each language runs from start to end and signs in batches; while one signs, this process compares what
// the other has signed.
//
// The signers are installed once, at the versions in clients/signers, into $XDG_CACHE_HOME/claviger/signers.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { compareWithOfficial, refusedSigners } from './compare-signers.ts';
import {
  type CorpusRequest,
  corpusFile,
  OFFICIAL_SIGNERS,
  type OfficiallySigned,
  type OfficialSigner,
  readCorpus,
  received,
  requestToSign,
} from './official-signers.ts';
import { Random } from './random.ts';

type Language = keyof typeof OFFICIAL_SIGNERS;

const NEAR_MISSES_PER_REQUEST = 4;
const BATCH = 200;
const PROGRESS_INTERVAL_MS = 5000;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string', default: '0' },
  },
});
const [cases, seed, keep] = [Number(values.cases), Number(values.seed), Number(values.keep)];
if (![cases, seed, keep].every(Number.isSafeInteger) || cases < 1) {
  throw new RangeError('--cases, --seed and --keep take whole numbers');
}

const sources = join(import.meta.dirname, '..', '..', '..', 'clients', 'signers');
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'claviger', 'signers');

/** The command that starts the signers of a language; installs them on the first run. */
const start: Readonly<Record<Language, () => readonly string[]>> = {
  python() {
    const folder = installed('python', ['requirements.txt'], (into) => {
      run('python3', '-m', 'venv', into);
      run(join(into, 'bin', 'pip'), 'install', '--quiet', '-r', join(sources, 'python', 'requirements.txt'));
    });
    return [join(folder, 'bin', 'python'), join(sources, 'python', 'sign.py')];
  },
  java() {
    const folder = installed('java', ['pom.xml', 'Sign.java'], (into) => {
      const pom = join(sources, 'java', 'pom.xml');
      const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
      run('mvn', '-q', '-B', '-f', pom, plugin, `-DoutputDirectory=${into}`, '-DincludeScope=runtime');
      run('javac', '-cp', join(into, '*'), '-d', into, join(sources, 'java', 'Sign.java'));
    });
    return ['java', '-XX:+UseSerialGC', '-cp', `${join(folder, '*')}:${folder}`, 'Sign'];
  },
};

/** A cache folder named after the pinned versions, so that a change of them installs anew. */
function installed(language: Language, pins: readonly string[], install: (into: string) => void): string {
  const hash = createHash('sha256');
  for (const pin of pins) hash.update(readFileSync(join(sources, language, pin)));
  const folder = join(cache, `${language}-${hash.digest('hex').slice(0, 12)}`);
  const done = join(folder, '.installed');
  if (existsSync(done)) return folder;
  console.error(`installing the official ${language} signers into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  writeFileSync(done, '');
  return folder;
}

function run(command: string, ...parameters: readonly string[]): void {
  const { status, error } = spawnSync(command, parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (error !== undefined) throw new Error(`${command} is missing: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} failed with ${status}`);
}

/** A running signer of one language, asked in batches. */
class SignerProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;

  constructor(language: Language) {
    const [command = '', ...parameters] = start[language]();
    this.#child = spawn(command, parameters, { stdio: 'pipe' });
    this.#child.stderr.pipe(process.stderr);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async sign(requests: readonly object[]): Promise<readonly OfficiallySigned[]> {
    this.#child.stdin.write(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
    const signed: OfficiallySigned[] = [];
    while (signed.length < requests.length) {
      const { value, done } = await this.#answers.next();
      if (done) throw new Error(`the signer ended after ${JSON.stringify(requests[signed.length])}`);
      signed.push(JSON.parse(value) as OfficiallySigned);
    }
    return signed;
  }

  end(): void {
    this.#child.stdin.end();
  }
}

// Nearly every near miss is refused by an exception: its stack is not read, and costs a tenth of the time.
Error.stackTraceLimit = 0;

const counts = { requests: 0, resigned: 0, nearMisses: 0, refused: 0 };
const kept = new Map<OfficialSigner, CorpusRequest[]>();
const startedAt = performance.now();
let reportedAt = startedAt;
const languages = Object.keys(OFFICIAL_SIGNERS) as Language[];
await Promise.all(languages.map((language, index) => fuzzLanguage(language, new Random(seed + index))));
if (keep > 0) writeCorpus();
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
console.log(
  `${counts.requests} requests of ${Object.values(OFFICIAL_SIGNERS).flat().length} official signers: ` +
    `${counts.requests - counts.refused} accepted, ${counts.refused} refused as documented, ` +
    `${counts.resigned} signed alike by signRequest; ${counts.nearMisses} near misses, 0 forged; ` +
    `0 disagreements in ${seconds} s (seed ${seed})`,
);

/** Compares one language's share of the cases, with random numbers of its own: cases do not depend on which is quicker. */
async function fuzzLanguage(language: Language, random: Random): Promise<void> {
  const signers = OFFICIAL_SIGNERS[language];
  const process = new SignerProcess(language);
  for (let made = 0; made < cases / languages.length; ) {
    for (const signer of signers) {
      const asked = Array.from({ length: BATCH }, () => requestToSign(signer, random));
      const signed = await process.sign(asked);
      made += signed.length;
      compareBatch(signer, signed, random);
    }
  }
  process.end();
}

function compareBatch(signer: OfficialSigner, signed: readonly OfficiallySigned[], random: Random): void {
  const requests = signed.map(received);
  for (const [at, request] of requests.entries()) {
    const other = requests[(at + 1) % requests.length]!;
    const compared = compareWithOfficial(signer, request, other, random, NEAR_MISSES_PER_REQUEST);
    counts.requests += 1;
    counts.resigned += compared.resigned ? 1 : 0;
    counts.nearMisses += compared.nearMisses;
    counts.refused += signer in refusedSigners ? 1 : 0;
  }
  const some = kept.get(signer) ?? [];
  kept.set(signer, [...some, ...signed.slice(0, keep - some.length).map((one) => ({ signer, ...one }))]);
  if (performance.now() < reportedAt + PROGRESS_INTERVAL_MS) return;
  reportedAt = performance.now();
  console.log(`${counts.requests} of ${cases} requests, ${counts.nearMisses} near misses, 0 disagreements`);
}

/** Keeps what is in the corpus already, and adds what was signed now. */
function writeCorpus(): void {
  const earlier = existsSync(corpusFile) ? readCorpus() : [];
  const lines = [...earlier, ...[...kept.values()].flat()].map((one) => JSON.stringify(one));
  const text = `{ "requests": [\n${lines.join(',\n')}\n] }\n`;
  const file = new URL('./official-signers.json.new', corpusFile);
  writeFileSync(file, text);
  renameSync(file, corpusFile);
}
