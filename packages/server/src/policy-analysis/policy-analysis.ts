import { Worker } from 'node:worker_threads';
import { FairQueue, type Lane } from '../context/fair-queue.ts';
import { Refusal } from '../errors/refusal.ts';
import type { DocumentKind, WireFault } from '../policy-documents/document-faults.ts';
import type { AnalysisReply, AnalysisTask } from './analysis-worker.ts';
import type { SimulatedRequest, Simulation } from './simulation.ts';

/** Maximum number of tasks that wait for one account. */
const WAITING_PER_ACCOUNT = 16;

/** Time limit of a task, ms. The worst document of the maximum size takes well under a second on an idle machine. */
const TASK_TIMEOUT_MS = 10_000;

/** Memory limit of the thread, MB. */
const MEMORY_LIMIT_MB = 256;

/** File of the worker beside this one, as source or compiled. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? 'analysis-worker.ts' : 'analysis-worker.js',
  import.meta.url,
);

/**
 * Analyses policy documents on a worker thread, started at the first task: the time depends on the document and
 * must not block other callers. Accounts take turns.
 */
export class PolicyAnalysis {
  readonly #queue = new FairQueue({
    concurrency: 1,
    waitingPerAccount: WAITING_PER_ACCOUNT,
    refusal: 'Throttling.User',
  });
  #worker: Worker | undefined;

  /**
   * Returns the faults of a document.
   * @throws Refusal Throttling.User, ServiceUnavailable
   */
  async faults(lane: Lane, document: string, documentKind: DocumentKind): Promise<readonly WireFault[]> {
    return (await this.#run(lane, { kind: 'faults', document, documentKind })) as readonly WireFault[];
  }

  /**
   * Returns the decision on a simulated request.
   * @throws Refusal Throttling.User, ServiceUnavailable
   */
  async simulation(lane: Lane, asked: SimulatedRequest): Promise<Simulation> {
    return (await this.#run(lane, { kind: 'simulation', asked })) as Simulation;
  }

  /** Stops the thread. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #run(lane: Lane, task: AnalysisTask): Promise<unknown> {
    const reply = await this.#queue.run(lane, () => this.#ask(task));
    if ('error' in reply) throw new Error(`policy analysis failed: ${reply.error}`);
    return reply.result;
  }

  #ask(task: AnalysisTask): Promise<AnalysisReply> {
    const worker = this.#started();
    return new Promise((resolve, reject) => {
      const over = () => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('exit', onExit);
      };
      const onMessage = (reply: AnalysisReply) => {
        over();
        resolve(reply);
      };
      const onExit = () => {
        over();
        if (this.#worker === worker) this.#worker = undefined;
        reject(new Refusal('ServiceUnavailable'));
      };
      const timer = setTimeout(() => void worker.terminate(), TASK_TIMEOUT_MS);
      worker.on('message', onMessage).on('exit', onExit);
      worker.postMessage(task);
    });
  }

  #started(): Worker {
    if (this.#worker === undefined) {
      const worker = new Worker(WORKER_FILE, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB } });
      // An error ends the thread; the exit handler answers the task.
      worker.on('error', () => {});
      worker.on('exit', () => {
        if (this.#worker === worker) this.#worker = undefined;
      });
      worker.unref();
      this.#worker = worker;
    }
    return this.#worker;
  }
}
