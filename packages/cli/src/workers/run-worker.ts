import { type Handler, ProcessChannel } from '@claviger/guard/internal';

/** Signals for the primary process, which reach its workers too when they are sent to the whole group. */
const SIGNALS_OF_THE_PRIMARY = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const;

/** Parts of a worker that has started. */
export interface RunningWorker {
  /** What the primary is told of the start. */
  readonly started: unknown;
  /** Finishes requests; idle connections stay open for some time. */
  drain(idleMs: number): Promise<void>;
  /** Writes what is in memory. */
  stop(): Promise<void>;
  /** Values of its metrics. */
  values(): Promise<unknown>;
  /** Answers of this kind of worker. */
  readonly handlers?: Readonly<Record<string, Handler>>;
}

/**
 * Runs a worker until the primary ends it, or the primary itself has ended.
 * @param start called with what the primary tells the worker at its start
 */
export function runWorker<Message>(
  start: (message: Message, channel: ProcessChannel) => Promise<RunningWorker>,
): Promise<never> {
  for (const signal of SIGNALS_OF_THE_PRIMARY) process.on(signal, () => {});
  let running: RunningWorker | undefined;
  const inForce = (): RunningWorker => {
    if (running === undefined) throw new Error('the worker has not started');
    return running;
  };
  const channel = new ProcessChannel(
    // `process` has them in a worker.
    process as unknown as ConstructorParameters<typeof ProcessChannel>[0],
    {
      start: async (message: Message) => {
        running = await start(message, channel);
        return running.started;
      },
      drain: (idleMs: number) => inForce().drain(idleMs),
      stop: () => inForce().stop(),
      values: () => inForce().values(),
      own: ([topic, payload]: [string, unknown]) => inForce().handlers?.[topic]?.(payload),
    },
  );
  // The primary ends this process when it has stopped.
  return new Promise(() => {});
}
