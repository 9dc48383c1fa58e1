import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Place, RecordMemory } from './record-memory.ts';

const text = (memory: Buffer, from: number, to: number) => memory.toString('utf8', from, to);

/** Some memory, and where in it each record is: its hash is its number. */
function numbered() {
  const places = new Map<number, Place>();
  const memory = new RecordMemory((hash, from, to) => {
    assert.equal(places.get(hash), from);
    places.set(hash, to);
  });
  return { places, memory };
}

describe('the memory of records', () => {
  test('stays in proportion to what is left in it, and loses nothing of that', () => {
    const { places, memory } = numbered();
    const value = (at: number) => `value ${at} `.repeat(1 + (at % 30));
    for (let at = 0; at < 50_000; at++) places.set(at, memory.add(at, `key ${at}`, Buffer.from(value(at))));
    const whole = memory.bytes;
    for (let at = 0; at < 50_000; at++) {
      if (at % 10 === 0) continue;
      memory.remove(places.get(at)!);
      places.delete(at);
    }
    assert.ok(memory.bytes < whole / 4, `${memory.bytes} of ${whole} bytes`);
    for (const [at, place] of places) {
      assert.equal(memory.read(place, text), value(at));
      assert.ok(memory.hasKey(place, `key ${at}`));
      assert.ok(!memory.hasKey(place, `key ${at + 1}`));
    }
  });

  test('does not fill up with what comes and goes beside something that stays', () => {
    const { places, memory } = numbered();
    for (let at = 0; at < 200_000; at++) {
      const place = memory.add(at, 'key', Buffer.from('x'.repeat(90)));
      if (at % 5000 === 0) places.set(at, place);
      else memory.remove(place);
    }
    assert.equal(places.size, 40);
    assert.ok(memory.bytes < 3 * 1024 * 1024, `${memory.bytes} bytes`);
    for (const place of places.values()) assert.equal(memory.read(place, text), 'x'.repeat(90));
  });

  test('holds a record that is longer than any piece of it', () => {
    const { places, memory } = numbered();
    const long = 'long '.repeat(1_000_000);
    places.set(1, memory.add(1, 'a', Buffer.from('short')));
    places.set(2, memory.add(2, 'b', Buffer.from(long)));
    places.set(3, memory.add(3, 'c', Buffer.from('short too')));
    assert.equal(memory.read(places.get(2)!, text), long);
    assert.equal(memory.read(places.get(3)!, text), 'short too');
    memory.remove(places.get(2)!);
    assert.ok(memory.bytes < 2 * 1024 * 1024, `${memory.bytes} bytes`);
    assert.equal(memory.read(places.get(1)!, text), 'short');
  });

  test('nothing is left of a record that was removed, replaced or wiped', () => {
    const { places, memory } = numbered();
    let seen: Buffer = Buffer.alloc(0);
    const look = (all: Buffer) => {
      seen = all;
    };
    for (let at = 0; at < 100; at++)
      places.set(at, memory.add(at, `key ${at}`, Buffer.from(`secret ${at}.`)));
    memory.read(places.get(7)!, look);
    assert.ok(seen.includes('secret 7.') && seen.includes('secret 8.') && seen.includes('secret 9.'));
    memory.remove(places.get(7)!);
    assert.ok(!seen.includes('secret 7.'));
    assert.ok(memory.replace(places.get(8)!, Buffer.from('public 8.')));
    assert.ok(!memory.replace(places.get(8)!, Buffer.from('longer than before')));
    assert.ok(!seen.includes('secret 8.') && seen.includes('public 8.'));
    for (const _ of memory.wipe());
    assert.ok(seen.every((byte) => byte === 0));
    assert.equal(memory.bytes, 0);
  });
});
