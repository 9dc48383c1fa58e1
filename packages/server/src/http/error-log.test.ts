import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NoncesUnavailable } from '@claviger/guard/redis';
import { ConnectionsExhausted, StoreUnavailable } from '../store/store-unavailable.ts';
import { ErrorLog, outageOf } from './error-log.ts';

/** Error log with a clock and timers of the test's own. */
function createLog(probe: () => Promise<unknown>) {
  const lines: Record<string, unknown>[] = [];
  let now = 0;
  let due: (() => void) | undefined;
  const log = new ErrorLog({
    logger: {
      error: (fields: object, message: string) => void lines.push({ ...fields, message }),
      warn: (fields: object, message: string) => void lines.push({ ...fields, message }),
    } as never,
    timer: (run) => {
      due = run;
      return () => {};
    },
    monotonic: () => now,
    probes: { database: probe },
  });
  return {
    log,
    lines,
    async checkAfter(milliseconds: number) {
      now += milliseconds;
      due?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const systemError = (code: string) => Object.assign(new Error(code), { code, syscall: 'connect' });

describe('errors of requests', () => {
  test('an outage is logged when it begins, once a minute, and when it is over', async () => {
    let works = false;
    const { log, lines, checkAfter } = createLog(async () => assert.ok(works));
    const outage = new StoreUnavailable('the database server cannot be used', systemError('ECONNREFUSED'));
    for (let request = 0; request < 1000; request += 1) log.report(outage, `R${request}`);
    assert.deepEqual(
      lines.map(({ outage, reason, requestId }) => [outage, reason, requestId]),
      [['database', 'the database server cannot be used: ECONNREFUSED', 'R0']],
    );
    await checkAfter(30_000);
    await checkAfter(31_000);
    assert.deepEqual([lines.length, lines[1]?.['failures'], lines[1]?.['seconds']], [2, 1000, 61]);
    works = true;
    log.report(outage, 'R1000');
    // A request failed since the last check, although the probe works.
    await checkAfter(2000);
    assert.deepEqual(log.outages, ['database']);
    await checkAfter(2000);
    assert.deepEqual(
      [lines.length, lines[2]?.['message'], lines[2]?.['failures'], log.outages.length],
      [3, 'the outage is over', 1001, 0],
    );
  });

  test('an unexpected error is logged each time, with its request', () => {
    const { log, lines } = createLog(async () => {});
    log.report(new TypeError('x is not a function'), 'R1');
    log.report(new TypeError('x is not a function'), 'R2');
    assert.deepEqual(
      lines.map(({ requestId }) => requestId),
      ['R1', 'R2'],
    );
  });

  test('too many open files, a full disk and an exhausted pool are named, also as causes', () => {
    const store = (cause: unknown) => new StoreUnavailable('the database server cannot be used', cause);
    assert.equal(outageOf(systemError('EMFILE')), 'files');
    assert.equal(outageOf(store(systemError('ENFILE'))), 'files');
    assert.equal(outageOf(store(systemError('ENOSPC'))), 'disk');
    assert.equal(
      outageOf(store(Object.assign(new Error('database or disk is full'), { errcode: 13 }))),
      'disk',
    );
    assert.equal(outageOf(new ConnectionsExhausted('all 10 connections are in use')), 'connections');
    assert.equal(outageOf(store(systemError('ECONNREFUSED'))), 'database');
    assert.equal(outageOf(new NoncesUnavailable('the nonce store cannot be reached')), 'nonces');
    assert.equal(outageOf(new Error('x')), undefined);
    assert.equal(outageOf('x'), undefined);
  });
});
