import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Call, CallAnswer } from './call.ts';

const MAX_STDERR = 4_000;
/** Time limit of calls that are made together, ms: a client that hangs must not hold up a build. */
const CALLS_TIMEOUT_MS = 180_000;

/** Driver of one generation, asked line by line. */
export class ClientProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #stderr = '';

  /** @param environment variables beside this process's own */
  constructor(
    [command = '', ...words]: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#child = spawn(command, words, { stdio: 'pipe', env: { ...process.env, ...environment } });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Makes calls at the same time. @throws Error if the driver ends */
  async together(calls: readonly Call[]): Promise<readonly CallAnswer[]> {
    this.#child.stdin.write(`${JSON.stringify({ calls })}\n`);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CALLS_TIMEOUT_MS);
    const { value, done } = await this.#lines.next().finally(() => clearTimeout(timer));
    if (done) throw new Error(`the driver ended at ${calls[0]?.action}: ${this.#stderr}`);
    return (JSON.parse(value) as { readonly answers: readonly CallAnswer[] }).answers;
  }

  async one(call: Call): Promise<CallAnswer> {
    return (await this.together([call]))[0]!;
  }

  end(): void {
    this.#child.stdin.end();
  }
}
