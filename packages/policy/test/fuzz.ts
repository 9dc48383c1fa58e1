/**
 * Differential: the engine against the plain interpreter, on random policies and requests.
 * `npm run fuzz:policy -- --cases N --seed S`: N requests (default 1,000,000); exit code 1 on any disagreement.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { disagreements } from './agreement.ts';
import { policiesAndRequests, REQUESTS } from './random-cases.ts';

const RUNS_PER_ROUND = 2500;
const PROGRESS_INTERVAL_MS = 5000;

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});
const cases = Number(values.cases);
const firstSeed = values.seed === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(values.seed);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(firstSeed)) {
  console.error('usage: npm run fuzz:policy -- [--cases N] [--seed S]');
  process.exit(2);
}

console.log(`seed ${firstSeed}, ${cases} cases`);
const found: string[] = [];
let done = 0;
let reportedAt = performance.now();
for (let round = 0; done < cases; round++) {
  const runs = Math.min(RUNS_PER_ROUND, Math.ceil((cases - done) / REQUESTS));
  const sample = fc.sample(policiesAndRequests, { numRuns: runs, seed: (firstSeed + round) | 0 });
  for (const [texts, requests] of sample) {
    const asked = requests.slice(0, cases - done);
    found.push(...disagreements(texts, asked));
    done += asked.length;
  }
  if (performance.now() < reportedAt + PROGRESS_INTERVAL_MS) continue;
  reportedAt = performance.now();
  console.log(`${done} of ${cases} cases, ${found.length} disagreements`);
}
for (const disagreement of found.slice(0, 20)) console.error(disagreement);
console.log(`seed ${firstSeed}: ${done} cases, ${found.length} disagreements`);
process.exit(found.length === 0 ? 0 : 1);
