import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { parseArgs } from 'node:util';

/**
 * To run it alone: `node --conditions=claviger-source packages/server/test/crash-durability.test.ts --rounds 500`.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } }, strict: false });
const rounds = Number(values.rounds);

test(`of ${rounds} servers killed while writing, every answered write is complete and none is half`, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'claviger-kill-'));
  try {
    const file = join(directory, 'claviger.db');
    let answered = 0;
    let found = 0;
    for (let round = 0; round < rounds; round += 1) {
      // The kill follows a number of answers, so that a slow machine tests the same.
      const pairs = await writeUntilKilled(file, round, randomInt(1, 400));
      const kept = pairsOf(file, round);
      for (const pair of pairs) {
        assert.deepEqual(
          kept.get(pair),
          ['first', 'second', 'noted'],
          `the answered write ${pair} of round ${round}`,
        );
      }
      for (const [pair, rows] of kept)
        assert.equal(rows.length, 3, `the write ${pair} is half there: ${rows}`);
      answered += pairs.length;
      found += kept.size;
    }
    t.diagnostic(`${rounds} kills: ${answered} writes answered, ${found} found, none half`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Returns the pairs whose write was answered before the kill. */
async function writeUntilKilled(file: string, round: number, answers: number): Promise<string[]> {
  const writer = spawn(
    process.execPath,
    [
      ...process.execArgv.filter((argument) => argument.startsWith('--conditions')),
      join(import.meta.dirname, 'crash-durability-writer.ts'),
      file,
      String(round),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  writer.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > answers) writer.kill('SIGKILL');
  });
  const [code, signal] = await once(writer, 'close');
  assert.equal(signal, 'SIGKILL', `the writer ended by itself with ${code}`);
  // The last line may have been cut by the kill.
  return printed.split('\n').slice(0, -1);
}

/** Returns the rows of each pair of a round in the file, which must be intact. */
function pairsOf(file: string, round: number): Map<string, string[]> {
  const database = new DatabaseSync(file);
  try {
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    const rows = database
      .prepare(
        `select access_key_id as pair, service_name as part from access_key_uses where access_key_id like :round
         union all select subject, 'noted' from changes where subject like :round order by pair`,
      )
      .all({ round: `${round}-%` });
    const pairs = new Map<string, string[]>();
    for (const { pair, part } of rows as { pair: string; part: string }[]) {
      pairs.set(pair, [...(pairs.get(pair) ?? []), part]);
    }
    return pairs;
  } finally {
    database.close();
  }
}
