// Attacks a guard with a service map. Run with `npm run fuzz:guard -- --cases 1000000 --seed 1`.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz-run.ts';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  throw new RangeError('--cases and --seed take whole numbers');
}

let reported = 0;
const startedAt = performance.now();
const counts = fuzz({ cases, seed }, (what, request) => {
  reported += 1;
  if (reported <= 10) {
    console.error(
      `\n${what}\n  ${JSON.stringify({ ...request, body: Buffer.from(request.body).toString('latin1') })}`,
    );
  }
});
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(
  `${cases} requests in ${seconds} s (seed ${seed}): ${counts.refused} refused, ${counts.allowed} allowed that say ` +
    `what was signed and decided on, ${counts['false acceptance']} falsely accepted, ${counts.crashed} crashed.`,
);
process.exitCode = reported === 0 ? 0 : 1;
