import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadingTurns } from './reading-turns.ts';

/** Bodies with so many chunks at hand, read until none is left; returns which body each chunk was of, by pass. */
function readAll(chunks: Readonly<Record<string, number>>): string[][] {
  const callbacks: (() => void)[] = [];
  const turns = new ReadingTurns((callback) => callbacks.push(callback));
  const passes: string[][] = [];
  let pass: string[] = [];
  for (const [name, count] of Object.entries(chunks)) {
    let left = count;
    const body = {
      pause: () => {},
      resume: () => {
        pass.push(name);
        left -= 1;
        if (left > 0) turns.wait(body);
      },
    };
    turns.wait(body);
  }
  while (callbacks.length > 0) {
    pass = [];
    for (const callback of callbacks.splice(0)) callback();
    passes.push(pass);
  }
  return passes;
}

test('each pass of the event loop reads one chunk, of each body in turn', () => {
  assert.deepEqual(readAll({ a: 3, b: 1, c: 2 }), [['a'], ['b'], ['c'], ['a'], ['c'], ['a']]);
});

test('a body that is alone goes on with each pass', () => {
  assert.deepEqual(readAll({ a: 3 }), [['a'], ['a'], ['a']]);
});
