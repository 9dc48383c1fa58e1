import { Readable, Writable } from 'node:stream';
import { run } from '../src/main.ts';
import type { CommandResult } from './claviger-process.ts';

/** A stream that keeps what is written to it, as text. */
export class CapturedOutput extends Writable {
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

/** The environment, the kind of terminal and standard input of a command. */
export interface CommandInput {
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** Standard input; empty when absent. */
  readonly input?: string | Uint8Array;
}

/** Runs a command line in this process and returns the exit code that the process would have. */
export async function runInProcess(
  words: readonly string[],
  { environment = {}, isTTY = false, input = '' }: CommandInput = {},
): Promise<CommandResult> {
  const out = new CapturedOutput(isTTY);
  const err = new CapturedOutput(isTTY);
  const status = await run(words, { out, err, environment, input: Readable.from([Buffer.from(input)]) });
  return { status, out: out.text, err: err.text };
}
