import { Readable, Writable } from 'node:stream';
import { run } from '../src/main.ts';
import type { Finished } from './claviger.ts';

/** What is written to it, as text. */
export class Screen extends Writable {
  readonly isTTY: boolean;
  text = '';

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** What a command line is typed into. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** Standard input; empty when absent. */
  readonly input?: string | Uint8Array;
}

/** Runs a command line in this process: the exit code is the one that the process would have. */
export async function type(words: readonly string[], surroundings: Surroundings = {}): Promise<Finished> {
  const { environment = {}, isTTY = false, input = '' } = surroundings;
  const out = new Screen(isTTY);
  const err = new Screen(isTTY);
  const status = await run(words, { out, err, environment, input: Readable.from([Buffer.from(input)]) });
  return { status, out: out.text, err: err.text };
}
