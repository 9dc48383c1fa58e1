import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../packages/cli/bin/claviger.js', import.meta.url));

/** An AccessKey as `claviger init --json` prints it. */
export interface InstalledKey {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
  readonly UserPrincipalName: string;
}

/** `claviger init`. @param settings further flags @returns the administrator's key */
export function install(settings: readonly string[]): InstalledKey {
  const made = spawnSync(process.execPath, [command, 'init', ...settings, '--json'], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`the installation failed: ${made.stderr}`);
  return JSON.parse(made.stdout) as InstalledKey;
}

/** The words that start Claviger on any free port. @param settings further flags */
export function claviger(settings: readonly string[]): string[] {
  return [command, 'serve', ...settings, '--port', '0'];
}

/** A server in a process of its own, on a port of this machine. */
export class ServerProcess {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.port = port;
  }

  /**
   * Starts a program of Node and waits until it prints its address.
   * @param core the only processor core it may use; any when absent
   */
  static async start(words: readonly string[], core?: number): Promise<ServerProcess> {
    const line = [process.execPath, ...words];
    const [program = '', ...rest] = core === undefined ? line : ['taskset', '-c', String(core), ...line];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      said += chunk;
      const found = /127\.0\.0\.1:(\d+)/.exec(said);
      if (found === null) continue;
      child.stdout.destroy();
      return new ServerProcess(child, Number(found[1]));
    }
    throw new Error(`a server did not start: ${said}`);
  }

  /** User and system time of the process so far, in seconds; NaN where the system does not say. */
  get cpuSeconds(): number {
    try {
      // `taskset` becomes the process that it starts, so this is the server's own.
      const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return Number.NaN;
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill();
    await exited;
  }
}

/** Whether processes can be given one core here. */
export function canPin(): boolean {
  return spawnSync('taskset', ['--version']).status === 0;
}

/** Gives this very process one core until it is asked to undo that. @returns how to undo it */
export function pinOurselves(core: number): () => void {
  const pid = String(process.pid);
  const said = spawnSync('taskset', ['-p', pid], { encoding: 'utf8' }).stdout;
  const mask = /mask: (\w+)/.exec(said)?.[1];
  spawnSync('taskset', ['-a', '-c', '-p', String(core), pid]);
  return () => {
    if (mask !== undefined) spawnSync('taskset', ['-a', '-p', mask, pid]);
  };
}
