import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Text of its output, on either stream, that says it is ready; resolves at once when absent. */
  readonly ready?: string;
  /** Called when it ends although it was not told to. */
  readonly onUnexpectedEnd: (message: string) => void;
}

/** Process that can be killed, paused and started again. */
export class KillableProcess {
  readonly #options: ProcessOptions;
  #args: readonly string[];
  #child: ChildProcess | undefined;
  #isEnding = false;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#args = options.args;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Uses another first argument, such as another build of a program, from the next start on. */
  replaceProgram(program: string): void {
    this.#args = [program, ...this.#args.slice(1)];
  }

  /** Starts it, and resolves when it is ready. */
  async start(): Promise<void> {
    const { name, command, ready, onUnexpectedEnd } = this.#options;
    this.#isEnding = false;
    const child = spawn(command, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (text: string) => {
        // The end is enough to explain a failure.
        output = (output + text).slice(-4000);
        if (ready !== undefined && output.includes(ready)) resolve();
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (this.#isEnding) return resolve();
        const message = `${name} ended by itself with ${code ?? signal}: ${output}`;
        onUnexpectedEnd(message);
        reject(new Error(message));
      });
      if (ready === undefined) resolve();
    });
  }

  /** Ends it, paused or not. @returns its exit code; `null` after a kill */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    this.#isEnding = true;
    const exited = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    const [code] = (await exited) as [number | null];
    return code;
  }

  /** Sends a signal that does not end it: `SIGSTOP`, `SIGCONT`, `SIGHUP`. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void {
    this.#child?.kill(signal);
  }

  /** Resident memory, in bytes. */
  residentBytes(): number {
    const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(this.pid)], { encoding: 'utf8' });
    return Number(stdout.trim()) * 1024;
  }
}
