import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identityCalls } from './api-call.ts';
import { load } from './http-load.ts';
import { median, progress, type Row, row } from './ratio.ts';
import { canPin, claviger, install, pinOurselves, ServerProcess } from './server-process.ts';

const wantedRounds = 7;
const mostRounds = 15;
/** The share of its time that a server may have waited for its core, since others had it, in a calm round. */
const calm = 0.05;
const requestsPerRound = 20_000;
const serverCore = 0;
const generatorCore = 1;

/** What one server did in one round. */
interface Measured {
  readonly rate: number;
  /** CPU seconds of the server for each second of the clock. */
  readonly busy: number;
  /** Seconds in which others had its core, for each second of the clock. */
  readonly queued: number;
  readonly microsecondsARequest: number;
}

/**
 * (b) Signed GetCallerIdentity with the audit log on, beside a bare node:http server that reads the same requests
 * and answers as many bytes.
 *
 * Each server has the first core to itself, one after the other in turn; the generator has the second, and never
 * sleeps, so that waking it is not charged to a server. Requests are signed before a round begins. The rounds in
 * which the servers had their core to themselves most count. How busy they were shows whether the generator was
 * fast enough; CPU time for each request depends on neither.
 */
export async function apiRows(): Promise<Row[]> {
  const pinned = canPin();
  if (!pinned)
    process.stderr.write('api: there is no `taskset` here: servers and generator share all cores\n');
  const directory = mkdtempSync(join(tmpdir(), 'claviger-bench-'));
  const data = ['--data', join(directory, 'data')];
  const key = install(data);
  const core = pinned ? serverCore : undefined;
  const ours = await ServerProcess.start(claviger(data), core);
  const bare = await ServerProcess.start([fileURLToPath(new URL('api-server.ts', import.meta.url))], core);
  const unpin = pinned ? pinOurselves(generatorCore) : () => {};
  try {
    const all: Record<'ours' | 'bare', Measured>[] = [];
    const queued = ({ ours, bare }: (typeof all)[number]) => Math.max(ours.queued, bare.queued);
    // Where the system does not say, every round is taken for calm.
    const isCalm = (round: (typeof all)[number]) => !(queued(round) > calm);
    for (let round = -2; round < mostRounds && all.filter(isCalm).length < wantedRounds; round++) {
      progress(`api: round ${round + 3}`);
      const both = {
        ours: await measure(ours, identityCalls(key, ours.port, String(round), requestsPerRound)),
        bare: await measure(bare, identityCalls(key, bare.port, String(round), requestsPerRound)),
      };
      if (round >= 0) all.push(both);
    }
    const counted = all.toSorted((a, b) => queued(a) - queued(b)).slice(0, wantedRounds);
    if (pinned && !counted.every(isCalm)) {
      process.stderr.write(
        "api: others had the servers' core: look at `api.queued` before believing the throughput\n",
      );
    }
    const ratios = (of: keyof Measured) => median(counted.map(({ ours, bare }) => ours[of] / bare[of]));
    const middle = (name: 'ours' | 'bare', of: keyof Measured) =>
      median(counted.map((round) => round[name][of]));
    const where = pinned ? 'on one core' : 'on all cores';
    return [
      row(
        'api.throughput-over-bare-http',
        ratios('rate'),
        `of the requests/s of a bare node:http server, ${where}`,
        '>= 0.5',
      ),
      row(
        'api.cpu-over-bare-http',
        1 / ratios('microsecondsARequest'),
        'of the requests a bare node:http server answers in a second of CPU time',
      ),
      row('api.rate', middle('ours', 'rate'), `signed requests/s ${where}`),
      row('api.bare-rate', middle('bare', 'rate'), `requests/s of the bare server ${where}`),
      row('api.cpu', middle('ours', 'microsecondsARequest'), 'µs of CPU a signed request'),
      row('api.bare-cpu', middle('bare', 'microsecondsARequest'), 'µs of CPU a request of the bare server'),
      row('api.busy', middle('ours', 'busy'), 'of the time our server computed; it also waits for the disk'),
      row('api.bare-busy', middle('bare', 'busy'), 'of the time the bare server computed'),
      row('api.queued', middle('ours', 'queued'), 'of the time others had the core of our server'),
      row('api.bare-queued', middle('bare', 'queued'), 'of the time others had the core of the bare server'),
    ];
  } finally {
    unpin();
    await ours.stop();
    await bare.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(server: ServerProcess, requests: readonly Buffer[]): Promise<Measured> {
  const before = server.times;
  const seconds = await load(server.port, requests);
  const after = server.times;
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return {
    rate: requests.length / seconds,
    busy: cpuSeconds / seconds,
    queued: (after.queuedSeconds - before.queuedSeconds) / seconds,
    microsecondsARequest: (cpuSeconds / requests.length) * 1e6,
  };
}
