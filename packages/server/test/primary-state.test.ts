/** What the workers of one server share does not multiply by their number; the primary's side, without processes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NonceMemory } from '@claviger/guard';
import { type RateAnswer, SharedRates } from '@claviger/guard/internal';
import { PrimaryState } from '../src/workers/primary-state.ts';

const NOW = Date.UTC(2026, 0, 1);

function twoWorkers() {
  const limits = {
    workers: 2,
    calls: { perKey: '1/h burst 5' },
    streams: { perAccessKey: 3, perAccount: 10, perNode: 10 },
  };
  const state = new PrimaryState(limits, new NonceMemory(), () => NOW);
  return { state, workers: [state.handlersFor(), state.handlersFor()] as const };
}

/** Asks two workers in turn. @returns the answers */
function inTurn(
  workers: ReturnType<typeof twoWorkers>['workers'],
  topic: string,
  payload: unknown,
  times: number,
) {
  return Array.from({ length: times }, (_, at) => workers[at % 2]!.handlers[topic]!(payload));
}

describe('the state that workers share', () => {
  test('has each nonce once', () => {
    const uses = inTurn(twoWorkers().workers, 'nonce', ['CVAK', 'n', NOW + 900_000, NOW], 3);
    assert.deepEqual(
      uses.map((each) => (each as { use: string }).use),
      ['first', 'seen', 'seen'],
    );
  });

  test('counts calls for all together, also after their limits have changed', () => {
    const { state, workers } = twoWorkers();
    const call = ['CVAK', { type: 'ram-user', accountId: '1', userId: '2' }, NOW];
    const passed = () =>
      inTurn(workers, 'rate', call, 12).filter((answer) => (answer as number[])[0] === 0).length;
    assert.equal(passed(), 5);
    state.setCallLimits({ perKey: '1/h burst 3' });
    assert.equal(passed(), 3);
  });

  test('grants some calls at once where the limits are high, and never more than they allow', async () => {
    const { state, workers } = twoWorkers();
    state.setCallLimits({ perKey: '200/s burst 1000' });
    const principal = { type: 'root', accountId: '1', arn: 'acs:ram::1:root' } as const;
    let asked = 0;
    const rates = workers.map(
      ({ handlers }) =>
        new SharedRates(async (call) => {
          asked += 1;
          return handlers['rate']!(call) as RateAnswer;
        }),
    );
    let passed = 0;
    for (let at = 0; at < 3000; at += 1)
      if ((await rates[at % 2]!.take('CVAK', principal, NOW)) === 0) passed += 1;
    assert.equal(passed, 1000);
    assert.ok(asked - 2000 < 100, `${asked} questions`);
    // Of calls that come at once, none is counted twice.
    const atOnce = await Promise.all(
      Array.from({ length: 60 }, async (_, at) => rates[at % 2]!.take('CVAK-2', principal, NOW)),
    );
    assert.ok(atOnce.every((wait) => wait === 0));
    const { length: left } = Array.from({ length: 1000 }, () =>
      workers[0].handlers['rate']!(['CVAK-2', principal, NOW]),
    ).filter((answer) => (answer as RateAnswer)[0] === 0);
    assert.ok(left >= 70, `${left} times 12 calls were left`);
    // What was granted and not used is lost after a second.
    await rates[0]!.take('CVAK', principal, NOW + 10_000);
    const before = asked;
    await rates[0]!.take('CVAK', principal, NOW + 10_001);
    assert.equal(asked, before);
    await rates[0]!.take('CVAK', principal, NOW + 20_000);
    assert.equal(asked, before + 1);
  });

  test('gives guesses at a password to all together; one whose worker ends stays counted', () => {
    const { workers } = twoWorkers();
    const guess = { name: '1 alice', address: '192.0.2.1' };
    const begun = inTurn(workers, 'guess', guess, 30) as ({ id: number } | null)[];
    assert.equal(begun.filter((each) => each !== null).length, 20);
    for (const { end } of workers) end();
    assert.equal(workers[0].handlers['guess']!(guess), null);
  });

  test('gives a guess back that has succeeded', () => {
    const { workers } = twoWorkers();
    const guess = { name: '1 alice', address: '192.0.2.1' };
    for (let times = 0; times < 50; times += 1) {
      const { guess: begin, guessOver } = workers[times % 2]!.handlers;
      const { id } = begin!(guess) as { id: number };
      guessOver!([id, 'succeeded']);
    }
  });

  test('has the places for streams once, and those of an ended worker again', () => {
    const { workers } = twoWorkers();
    const owner = { accountId: '1', accessKeyId: 'CVAK' };
    const taken = inTurn(workers, 'stream', owner, 4) as { reached?: unknown }[];
    assert.deepEqual(
      taken.map(({ reached }) => reached),
      [undefined, undefined, undefined, { of: 'AccessKey', limit: 3 }],
    );
    workers[0].end();
    assert.deepEqual(
      inTurn(workers, 'stream', owner, 3).filter((each) => 'id' in (each as object)).length,
      2,
    );
  });

  test('lets guards ask about a key as often as one process does', () => {
    const answers = inTurn(twoWorkers().workers, 'question', ['guard key', NOW], 300);
    assert.equal(answers.filter((wait) => wait === 0).length, 200);
  });
});
