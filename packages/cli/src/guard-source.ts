import {
  ControlPlaneRefusal,
  openSnapshotSource,
  openUsageReports,
  type SnapshotOptions,
  type SnapshotState,
} from '@claviger/guard';
import type { GuardDependencies, OpenSource, SourceSettings } from '@claviger/guard/gateway';
import { explainGuardRefusal } from './guard-refusal.ts';
import { type Terminal, tell } from './terminal.ts';

/**
 * Where a guard's process gets its credentials from, over the network. Until the first copy is there a person is told
 * how it stands; afterwards the log alone is.
 */
export class GuardSource {
  /**
   * Resolves with what to say when the control plane refuses for good before there has been a copy: nothing but a
   * change by somebody will help. Never afterwards: what has a copy goes on with it.
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
   * @param ca of the control plane, in PEM, when the configuration names one
   * @param services RAM codes of the services that are guarded
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
    const first = new FirstCopy(this.#terminal);
    const logged = logChanges(this.#log);
    const source = openSnapshotSource({
      ...controlPlane,
      maxStalenessMs,
      services,
      onChange(state) {
        logged(state);
        first.changed(state);
      },
    });
    const reports = openUsageReports({
      ...controlPlane,
      log: (message) => this.#log.warn({}, message),
    });
    source.ready().catch((error: unknown) => {
      first.isSettled = true;
      // Else it was closed before there was a copy.
      if (!(error instanceof ControlPlaneRefusal)) return;
      this.#refuse(explainGuardRefusal(error, { server, accessKeyId: this.#key.accessKeyId }));
    });
    return {
      source,
      isReady: () => source.state.phase === 'current' || source.state.phase === 'away',
      ageMs: () => source.state.age,
      questions: () => source.questions,
      setServices: (names) => source.setServices(names),
      onUse: reports.note,
      async close() {
        first.isSettled = true;
        await reports.close();
        await source.close();
      },
    };
  }
}

/** Tells a person how the first copy stands, and that again when it becomes another. */
class FirstCopy {
  readonly #terminal: Terminal;
  /** Nothing more is to be said: it is there, or will not come. */
  isSettled = false;
  #last: string | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  changed({ phase, problem, accountId, accessKeys }: SnapshotState): void {
    if (this.isSettled) return;
    if (phase !== 'loading') {
      this.isSettled = true;
      if (this.#last !== undefined) {
        tell(this.#terminal, `Credentials are here: ${accessKeys} AccessKeys of account ${accountId}.`);
      }
      return;
    }
    if (problem === undefined || problem === this.#last) return;
    this.#last = problem;
    // A refusal that ends the process is told of by itself, and is known a moment later.
    setImmediate(() => {
      if (this.isSettled) return;
      tell(
        this.#terminal,
        `No credentials yet, so every request is refused (503): ${problem}. It is tried again until it works.`,
      );
    });
  }
}

/** Logs how the copy of credentials stands, whenever that becomes another. */
function logChanges(log: GuardDependencies['log']): (state: SnapshotState) => void {
  let last = '';
  return ({ phase, accountId, accessKeys, problem }) => {
    const now = `${phase} ${problem}`;
    if (now === last) return;
    last = now;
    if (phase === 'current') log.info({ accountId, accessKeys }, 'credentials are up to date');
    else log.warn({ phase, problem }, 'credentials are not kept up to date');
  };
}
