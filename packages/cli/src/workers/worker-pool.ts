import cluster, { type Worker } from 'node:cluster';
import { type MetricValues, WorkerMetrics } from '@claviger/guard/gateway';
import { type Handler, ProcessChannel } from '@claviger/guard/internal';
import { WORKER_VARIABLE } from './worker-variable.ts';

/** Time for a worker to start, ms: it may bring the database up to date. */
const START_MS = 120_000;
/** Time for a worker to finish its requests and to write what it has in memory, ms. */
const STOP_MS = 10_000;
/** Time that clients have to leave the idle connections of a worker that is replaced, ms. */
const IDLE_MS = 5_000;
/** Time for the metrics of one worker, ms. */
const METRICS_MS = 2_000;

/** Delays before a worker that has ended is replaced, ms; the last one repeats. */
const RESTART_DELAYS_MS = [100, 500, 1_000, 2_000, 5_000, 10_000];
/** Lifetime after which a worker counts as healthy, ms. */
const HEALTHY_MS = 60_000;

export interface WorkerPoolOptions {
  /** Number of workers. */
  readonly count: number;
  /** Returns the answers to a new worker, and what to do when it has ended. */
  readonly handlersFor: () => {
    readonly handlers: Readonly<Record<string, Handler>>;
    readonly end: () => void;
  };
  /**
   * Returns what a new worker is told.
   * @param number from 1; the first one does the work that only one worker does
   * @param isReplacement whether other workers answer already
   */
  readonly startMessage: (number: number, isReplacement: boolean) => unknown;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** A worker process that has started. */
interface Member {
  /** From 1; a replacement has the number of the one before. */
  readonly number: number;
  readonly worker: Worker;
  readonly channel: ProcessChannel;
  readonly startedAt: number;
  readonly exited: Promise<unknown>;
  isStopping: boolean;
}

/**
 * Worker processes of `node:cluster`, which share the ports of this process. One that ends is replaced; all can be replaced
 * one after another without a refused connection.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #metrics = new WorkerMetrics();
  readonly #members = new Map<number, Member>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #failures = 0;
  #replaced = 0;
  #hasStarted = false;
  #isStopping = false;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /**
   * Starts all workers, the first one alone: it makes what the others expect.
   * @returns the pool, and what the first worker has answered to its start
   * @throws Error with the reason if one cannot start; none is left then
   */
  static async start<Started>(
    options: WorkerPoolOptions,
  ): Promise<{ readonly pool: WorkerPool; readonly started: Started }> {
    const script = process.argv[1];
    cluster.setupPrimary({ ...(script !== undefined && { exec: script }), args: process.argv.slice(2) });
    const pool = new WorkerPool(options);
    try {
      const started = (await pool.#begin(1)) as Started;
      const others = Array.from({ length: options.count - 1 }, (_, at) => pool.#begin(at + 2));
      await Promise.all(others);
      pool.#hasStarted = true;
      return { pool, started };
    } catch (error) {
      await pool.stop();
      throw error;
    }
  }

  /** Asks each worker in turn. @throws the first refusal */
  async askEach(topic: string, payload: unknown, answerMs: number): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (const { channel } of [...this.#members.values()]) {
      answers.push(await channel.ask(topic, payload, answerMs));
    }
    return answers;
  }

  /** Returns the metrics of all workers together. One that does not answer is left out. */
  async metrics(): Promise<string> {
    const values = await Promise.all([...this.#members.values()].map((member) => this.#valuesOf(member)));
    const text = await this.#metrics.text(values.filter((each) => each !== undefined));
    const own = [
      '# HELP claviger_workers Worker processes that answer requests.',
      '# TYPE claviger_workers gauge',
      `claviger_workers ${this.#members.size}`,
      '# HELP claviger_worker_failures_total Worker processes that have ended by themselves and were replaced.',
      '# TYPE claviger_worker_failures_total counter',
      `claviger_worker_failures_total ${this.#replaced}`,
    ];
    return `${text}\n${own.join('\n')}\n`;
  }

  /**
   * Replaces all workers, one after another: the new one answers before the old one stops. If a new one cannot start, the
   * rest stay.
   */
  restart(): Promise<void> {
    const restarted = this.#turn.then(() => this.#restart());
    this.#turn = restarted.catch(() => {});
    return restarted;
  }

  /** Stops all workers. The first is the last one: it chains the audit records of the others. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const members = [...this.#members.values()];
    await Promise.all(members.map((member) => this.#drain(member, 0)));
    const [first, ...others] = members.toSorted((one, other) => one.number - other.number);
    await Promise.all(others.map((member) => this.#end(member)));
    if (first !== undefined) await this.#end(first);
    await this.#turn;
  }

  /** Starts one worker. @returns its answer */
  async #begin(number: number): Promise<unknown> {
    const worker = cluster.fork({ [WORKER_VARIABLE]: String(number) });
    const { handlers, end } = this.#options.handlersFor();
    const channel = new ProcessChannel(worker, { ...handlers, metrics: () => this.metrics() });
    // A message to a process that has just ended.
    worker.on('error', () => {});
    const exited = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        end();
        resolve();
      });
    });
    try {
      const started = await channel.ask(
        'start',
        this.#options.startMessage(number, this.#hasStarted),
        START_MS,
      );
      const member: Member = {
        number,
        worker,
        channel,
        startedAt: performance.now(),
        exited,
        isStopping: false,
      };
      this.#members.set(number, member);
      worker.once('exit', (code, signal) => this.#ended(member, code, signal));
      if (worker.isDead() || this.#isStopping) throw new Error('the worker has ended at its start');
      return started;
    } catch (error) {
      worker.process.kill('SIGKILL');
      await exited;
      throw error;
    }
  }

  #ended(member: Member, code: number | null, signal: string | null): void {
    const { number, worker, startedAt } = member;
    if (this.#members.get(number) === member) this.#members.delete(number);
    if (member.isStopping || this.#isStopping) return;
    this.#replaced += 1;
    this.#failures = performance.now() - startedAt >= HEALTHY_MS ? 0 : this.#failures;
    this.#options.log.error(
      { worker: number, pid: worker.process.pid, code, signal },
      'a worker has ended by itself: starting another one',
    );
    this.#replaceLater(number);
  }

  #replaceLater(number: number): void {
    const delay = RESTART_DELAYS_MS[Math.min(this.#failures, RESTART_DELAYS_MS.length - 1)]!;
    this.#failures += 1;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#isStopping || this.#members.has(number)) return;
      this.#begin(number).then(
        () =>
          this.#options.log.info({ worker: number }, 'a worker has started in place of one that has ended'),
        (error: Error) => {
          if (this.#isStopping) return;
          this.#options.log.error({ worker: number, problem: error.message }, 'a worker cannot start');
          this.#replaceLater(number);
        },
      );
    }, delay);
    this.#timers.add(timer);
  }

  async #restart(): Promise<void> {
    const { log } = this.#options;
    for (const number of [...this.#members.keys()].toSorted((one, other) => one - other)) {
      const before = this.#members.get(number);
      if (this.#isStopping || before === undefined) continue;
      // Its end is expected from now on, and its number is that of the new one.
      before.isStopping = true;
      try {
        await this.#begin(number);
      } catch (error) {
        before.isStopping = false;
        if (!before.worker.isDead()) this.#members.set(number, before);
        throw error;
      }
      await this.#drain(before, IDLE_MS);
      await this.#end(before);
      log.info({ worker: number }, 'a worker is replaced');
    }
  }

  /** Lets a worker finish its requests. */
  async #drain({ channel }: Member, idleMs: number): Promise<void> {
    await channel.ask('drain', idleMs, idleMs + STOP_MS).catch(() => {});
  }

  /** Ends a worker that has finished its requests; by force if it does not end. */
  async #end(member: Member): Promise<void> {
    member.isStopping = true;
    const { channel, worker, exited, number } = member;
    try {
      const values = await this.#valuesOf(member);
      if (values !== undefined) await this.#metrics.keep(values);
      await channel.ask('stop', null, STOP_MS);
    } catch (error) {
      if (!worker.isDead()) {
        const problem = (error as Error).message;
        this.#options.log.warn({ worker: number, problem }, 'a worker has not stopped in order');
      }
    }
    worker.process.kill('SIGKILL');
    await exited;
  }

  async #valuesOf({ channel }: Member): Promise<MetricValues | undefined> {
    try {
      return await channel.ask<MetricValues>('values', null, METRICS_MS);
    } catch {
      return undefined;
    }
  }
}
