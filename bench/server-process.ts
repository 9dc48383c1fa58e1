import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
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
  const unlimited = ['--rate-limit-per-key', 'off', '--rate-limit-per-account', 'off'];
  return [command, 'serve', ...unlimited, ...settings, '--port', '0'];
}

/** How a process spent its life. */
export interface ProcessTimes {
  /** Of all threads and of the processes that it has started, user and system. */
  readonly cpuSeconds: number;
  /** How long the main thread could have run and had no core, since others had it. */
  readonly queuedSeconds: number;
}

function readSchedule(task: string): { used: number; queued: number } {
  const [used, queued] = readFileSync(`${task}/schedstat`, 'utf8').split(' ');
  return { used: Number(used) / 1e9, queued: Number(queued) / 1e9 };
}

/** CPU seconds of all threads of a process and of the processes below it. */
function usedByProcess(pid: number): number {
  const directory = `/proc/${pid}/task`;
  let used = 0;
  for (const task of readdirSync(directory)) {
    used += readSchedule(`${directory}/${task}`).used;
    const children = readFileSync(`${directory}/${task}/children`, 'utf8').split(' ').filter(Boolean);
    for (const child of children) used += usedByProcess(Number(child));
  }
  return used;
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
  static start(
    words: readonly string[],
    core?: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ServerProcess> {
    const line = [process.execPath, ...words];
    return ServerProcess.startProgram(line, /127\.0\.0\.1:(\d+)/, core, environment);
  }

  /**
   * Starts any program and waits until it prints what matches, to either of its outputs.
   * @param ready its first group is the port
   * @param core the only processor core it may use; any when absent
   */
  static startProgram(
    line: readonly string[],
    ready: RegExp,
    core?: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ServerProcess> {
    const [program = '', ...rest] = core === undefined ? line : ['taskset', '-c', String(core), ...line];
    const env = { ...process.env, ...environment };
    const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    return new Promise((resolve, reject) => {
      let said = '';
      const hear = (chunk: string) => {
        said += chunk;
        const found = ready.exec(said);
        if (found === null) return;
        // Read to the end, since a server exits once its output is not read any more.
        child.stdout.off('data', hear).resume();
        child.stderr.off('data', hear).on('data', writeProblems);
        resolve(new ServerProcess(child, Number(found[1])));
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`a server did not start: ${said}`)));
    });
  }

  /** The same process, on a port that it does not tell. */
  withPort(port: number): ServerProcess {
    return new ServerProcess(this.#process, port);
  }

  /** What the system's scheduler knows of the process so far; NaN where it does not say (it is Linux's to say). */
  get times(): ProcessTimes {
    try {
      // `taskset` becomes the process that it starts, so this is the server's own.
      const directory = `/proc/${this.#process.pid}/task`;
      return {
        cpuSeconds: usedByProcess(this.#process.pid ?? 0),
        queuedSeconds: readSchedule(`${directory}/${this.#process.pid}`).queued,
      };
    } catch {
      return { cpuSeconds: Number.NaN, queuedSeconds: Number.NaN };
    }
  }

  /** Resident memory, in bytes. */
  get residentBytes(): number {
    const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(this.#process.pid)], { encoding: 'utf8' });
    return Number(stdout) * 1024;
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill();
    await exited;
  }
}

/** Shows what a server says, without its log of requests. */
function writeProblems(text: string): void {
  const lines = text.split('\n').filter((line) => line !== '' && !line.includes('"msg":"request"'));
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
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
