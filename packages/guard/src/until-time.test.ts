import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilTime } from './until-time.ts';

test('a pause ends when the clock shows the time, also if a timer fires before', async () => {
  // The clock of a machine whose timers are early: it lags behind them.
  const times = [999.4, 999.9, 1000];
  const asked: number[] = [];
  await untilTime(1000, () => {
    const time = times.shift() ?? 1000;
    asked.push(time);
    return time;
  });
  assert.deepEqual(asked, [999.4, 999.9, 1000]);
});

test('a pause ends with a clock that stands still', async () => {
  await untilTime(Date.now() + 60_000, () => 0);
});
