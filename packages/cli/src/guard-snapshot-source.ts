import {
  ControlPlaneRefusal,
  openSnapshotSource,
  openUsageReports,
  type SnapshotOptions,
  type SnapshotState,
} from '@claviger/guard';
import type { GuardDependencies, OpenSource, SourceSettings } from '@claviger/guard/gateway';
import { describeControlPlaneRefusal } from './control-plane-refusal.ts';
import { printStatus, type Terminal } from './terminal.ts';

/**
 * Source of a guard's credentials: snapshots from the control plane. The progress of the first snapshot is printed to
 * the terminal; later changes are only logged.
 */
export class GuardSnapshotSource {
  /**
   * Resolves with an error message when the control plane permanently refuses the guard before the first snapshot.
   * Never resolves afterwards: a guard that has a snapshot continues with it.
   */
  readonly refused: Promise<string>;
  readonly #terminal: Terminal;
  readonly #key: Pick<SnapshotOptions, 'accessKeyId' | 'accessKeySecret'>;
  readonly #log: GuardDependencies['log'];
  #refuse!: (text: string) => void;

  constructor(
    terminal: Terminal,
    key: Pick<SnapshotOptions, 'accessKeyId' | 'accessKeySecret'>,
    log: GuardDependencies['log'],
  ) {
    this.#terminal = terminal;
    this.#key = key;
    this.#log = log;
    this.refused = new Promise((resolve) => {
      this.#refuse = resolve;
    });
  }

  /**
   * Opens a source.
   * @param ca CA certificate of the control plane in PEM, if configured
   * @param services RAM codes of the guarded services
   */
  open(settings: SourceSettings, ca: string | undefined, services: readonly string[]): OpenSource {
    const { server, guardName, maxStalenessMs } = settings;
    const controlPlane = {
      server,
      ...(guardName === undefined ? {} : { guardName }),
      ...this.#key,
      allowPlainHttpOnLoopback: true,
      ...(ca === undefined ? {} : { ca }),
    };
    const initial = new InitialSnapshotStatus(this.#terminal);
    const logChange = changeLogger(this.#log);
    const source = openSnapshotSource({
      ...controlPlane,
      maxStalenessMs,
      services,
      onChange(state) {
        logChange(state);
        initial.update(state);
      },
    });
    const reports = openUsageReports({
      ...controlPlane,
      log: (message) => this.#log.warn({}, message),
    });
    source.ready().catch((error: unknown) => {
      initial.isDone = true;
      // Other errors mean that it was closed before the first snapshot.
      if (!(error instanceof ControlPlaneRefusal)) return;
      this.#refuse(describeControlPlaneRefusal(error, { server, accessKeyId: this.#key.accessKeyId }));
    });
    return {
      source,
      isReady: () => source.state.phase === 'current' || source.state.phase === 'away',
      ageMs: () => source.state.age,
      questions: () => source.questions,
      setServices: (names) => source.setServices(names),
      onUse: reports.note,
      async close() {
        initial.isDone = true;
        await reports.close();
        await source.close();
      },
    };
  }
}

/** Prints the status of the first snapshot whenever it changes. */
class InitialSnapshotStatus {
  readonly #terminal: Terminal;
  /** True when the snapshot has been received or will not be. */
  isDone = false;
  #last: string | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  update({ phase, problem, accountId, accessKeys }: SnapshotState): void {
    if (this.isDone) return;
    if (phase !== 'loading') {
      this.isDone = true;
      if (this.#last !== undefined) {
        printStatus(
          this.#terminal,
          `Credentials received: ${accessKeys} AccessKeys of account ${accountId}.`,
        );
      }
      return;
    }
    if (problem === undefined || problem === this.#last) return;
    this.#last = problem;
    // A refusal that ends the process is reported separately, and is known only after this event.
    setImmediate(() => {
      if (this.isDone) return;
      printStatus(
        this.#terminal,
        `No credentials yet, so every request is refused (503): ${problem}. Retrying.`,
      );
    });
  }
}

/** Returns a function that logs the state of the snapshot when it has changed. */
function changeLogger(log: GuardDependencies['log']): (state: SnapshotState) => void {
  let last = '';
  return ({ phase, accountId, accessKeys, problem }) => {
    const now = `${phase} ${problem}`;
    if (now === last) return;
    last = now;
    if (phase === 'current') log.info({ accountId, accessKeys }, 'credentials are up to date');
    else log.warn({ phase, problem }, 'credentials are not up to date');
  };
}
