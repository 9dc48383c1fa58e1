/** Program that keeps the disk of a directory busy until it is ended: it writes a file in pieces and flushes each. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PIECE = Buffer.alloc(4 * 1024 * 1024, 'x');
const PIECES = 16;

const file = openSync(join(process.argv[2] ?? '.', 'busy'), 'w');
process.once('SIGTERM', () => {
  closeSync(file);
  process.exit(0);
});
console.log('busy');
for (let piece = 0; ; piece = (piece + 1) % PIECES) {
  writeSync(file, PIECE, 0, PIECE.length, piece * PIECE.length);
  fsyncSync(file);
  // Signals are handled in between.
  await new Promise((resolve) => setImmediate(resolve));
}
