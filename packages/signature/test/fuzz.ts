// Changes signed requests a little and verifies them: nothing that says something else may be accepted, and nothing
// but a SignatureError may be thrown. Run with `npm run fuzz:signature -- --cases 1000000 --seed 1`.
import { parseArgs } from 'node:util';
import type { SignedRequest } from '../src/index.ts';
import { asReceived, RECORDINGS, readRecording } from '../testkit/recorded.ts';
import { judge } from './judge.ts';
import { nearMiss } from './near-miss.ts';
import { Random } from './random.ts';
import { findKey, NOW, SCHEMES, signSomeRequest } from './signed-requests.ts';

const MADE_REQUESTS_PER_SCHEME = 40;
const REPORT_EVERY = 20_000;
/** Most of the time the clock is right; else it is at the edge of the window, or a second beyond. */
const CLOCKS = [0, 0, 0, 0, 900_000, -900_000, 901_000, -901_000];

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  throw new RangeError('--cases and --seed take whole numbers');
}

const random = new Random(seed);
const groups = [...recordedGroups(), ...madeGroups()];
for (const group of groups) {
  for (const request of group) {
    if (judge([request], request) !== 'same')
      throw new Error(`not accepted unchanged: ${JSON.stringify(request)}`);
  }
}

const counts = { refused: 0, 'strictly refused': 0, unsigned: 0, same: 0, forged: 0, crashed: 0 };
const startedAt = performance.now();
// A case is a request that says something else than what was signed: those that do not are made besides.
for (let made = 0; counts.refused + counts.forged + counts.crashed < cases; made++) {
  const group = groups[made % groups.length]!;
  const original = random.pick(group);
  const other = random.pick(group);
  const { change, request } = nearMiss(original, other, random);
  try {
    const verdict = judge([original, other], request, NOW + random.pick(CLOCKS));
    counts[verdict] += 1;
    if (verdict === 'forged') report('FORGED', change, original, request);
  } catch (error) {
    counts.crashed += 1;
    report(`CRASHED (${error})`, change, original, request);
  }
  if (process.stderr.isTTY && made % REPORT_EVERY === 0) {
    process.stderr.write(
      `\r${counts.refused} of ${cases}, ${counts.forged} forged, ${counts.crashed} crashed`,
    );
  }
}
if (process.stderr.isTTY) process.stderr.write('\n');

const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
const bound =
  counts.forged === 0
    ? `rule of three: false acceptance below ${(3 / counts.refused).toExponential(1)} (95 %)`
    : 'no bound, since there were forgeries';
console.log(
  `${counts.refused} near misses refused, ${counts.forged} accepted, ${counts.crashed} crashed in ${seconds} s ` +
    `(seed ${seed}); ${bound}. Besides: ${counts.same} that say the same in other words were accepted, ` +
    `${counts['strictly refused']} of them refused all the same, ${counts.unsigned} had no signature left.`,
);
process.exitCode = counts.forged + counts.crashed === 0 ? 0 : 1;

function recordedGroups(): SignedRequest[][] {
  const signed = RECORDINGS.filter((name) => name !== 'anonymous' && name !== 'bearer-token');
  return signed
    .map((name) => readRecording(name).vectors.filter(({ credentials }) => findKey(credentials.accessKeyId!)))
    .map((vectors) => vectors.filter(({ credentials }) => credentials.accessKeySecret !== undefined))
    .map((vectors) => vectors.map(asReceived))
    .filter((group) => group.length > 0);
}

function madeGroups(): SignedRequest[][] {
  return SCHEMES.map((scheme) =>
    Array.from({ length: MADE_REQUESTS_PER_SCHEME }, () => signSomeRequest(scheme, random)),
  );
}

function report(what: string, change: string, original: SignedRequest, request: SignedRequest): void {
  if (counts.forged + counts.crashed > 10) return;
  const readable = (r: SignedRequest) =>
    JSON.stringify({ ...r, body: Buffer.from(r.body).toString('latin1') });
  console.error(`\n${what}: ${change}\n  original ${readable(original)}\n  changed  ${readable(request)}`);
}
