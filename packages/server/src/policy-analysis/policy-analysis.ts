import { Worker } from 'node:worker_threads';
import { FairQueue, type Lane } from '../context/fair-queue.ts';
import { Refusal } from '../errors/refusal.ts';
import type { DocumentKind, WireFault } from '../policy-documents/document-faults.ts';
import type { AnalysisReply, AnalysisTask } from './analysis-worker.ts';
import type { SimulatedRequest, Simulation } from './simulation.ts';

/** Most that wait for one account. */
const waitingPerAccount = 16;

/** The worst document of the largest size takes well under a second on a calm machine. */
const taskMs = 10_000;

/** Memory of the thread beyond which it is ended. */
const memoryMb = 256;

/** The worker's own file, beside this one: a source or compiled. */
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? 'analysis-worker.ts' : 'analysis-worker.js',
  import.meta.url,
);

/**
 * Analyses policy documents on a thread of its own, which is started for the first one: what it takes depends on the
 * document, and must not keep other callers waiting. Accounts take turns.
 */
export class PolicyAnalysis {
  readonly #queue = new FairQueue({ concurrency: 1, waitingPerAccount, refusal: 'Throttling.User' });
  #worker: Worker | undefined;

  /**
   * What is wrong with a document.
   * @throws Refusal Throttling.User, ServiceUnavailable
   */
  async faults(lane: Lane, document: string, documentKind: DocumentKind): Promise<readonly WireFault[]> {
    return (await this.#run(lane, { kind: 'faults', document, documentKind })) as readonly WireFault[];
  }

  /**
   * What would be decided.
   * @throws Refusal Throttling.User, ServiceUnavailable
   */
  async simulation(lane: Lane, asked: SimulatedRequest): Promise<Simulation> {
    return (await this.#run(lane, { kind: 'simulation', asked })) as Simulation;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #run(lane: Lane, task: AnalysisTask): Promise<unknown> {
    const reply = await this.#queue.run(lane, () => this.#ask(task));
    if ('error' in reply) throw new Error(`the analysis of a policy failed: ${reply.error}`);
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
      const timer = setTimeout(() => void worker.terminate(), taskMs);
      worker.on('message', onMessage).on('exit', onExit);
      worker.postMessage(task);
    });
  }

  #started(): Worker {
    if (this.#worker === undefined) {
      const worker = new Worker(workerFile, { resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
      // What ends the thread is answered by its exit.
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
