import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A checkpoint that is known from outside the database: the log must still have it, or a cut after it. */
export interface ChainAnchor {
  readonly number: number;
  readonly hash: string;
}

/** Returns the path of the anchor in a data directory: the last checkpoint that its node has signed. */
export function chainAnchorFile(directory: string): string {
  return join(directory, 'audit-checkpoint.json');
}

/** Returns the anchor in a file; `undefined` if the file is missing or does not have one. */
export function readChainAnchor(file: string): ChainAnchor | undefined {
  try {
    return parseChainAnchor(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Returns the last checkpoint that a text has: JSON, or JSON lines as written by exports. Other lines are passed
 * over.
 */
export function parseChainAnchor(text: string): ChainAnchor | undefined {
  let last: ChainAnchor | undefined;
  for (const line of text.split('\n')) {
    if (!line.includes('"number"')) continue;
    try {
      const parsed = JSON.parse(line) as {
        readonly checkpoint?: Partial<ChainAnchor>;
      } & Partial<ChainAnchor>;
      const { number, hash } = parsed.checkpoint ?? parsed;
      if (!Number.isSafeInteger(number) || typeof hash !== 'string') continue;
      if (last === undefined || number! > last.number) last = { number: number!, hash };
    } catch {
      // A line that was cut off, such as the last one of a file that is being written.
    }
  }
  return last;
}

/** Replaces the anchor in a file. */
export function writeChainAnchor(file: string, { number, hash }: ChainAnchor): void {
  const next = `${file}.new`;
  writeFileSync(next, `${JSON.stringify({ number, hash })}\n`, { mode: 0o600 });
  renameSync(next, file);
}
