import type { IncomingMessage } from 'node:http';
import {
  ControlPlane,
  type ControlPlaneOptions,
  ControlPlaneRefusal,
} from '../control-plane/control-plane.ts';
import type {
  CredentialLookup,
  CredentialSource,
  SignatureAnswer,
  SignatureQuestion,
} from '../credential.ts';
import { SOFTWARE_VERSION } from '../software-version.ts';
import { systemTimer, type Timer } from '../timer.ts';
import { Connection } from './connection.ts';
import { Freshness, type Moment } from './freshness.ts';
import { IncompleteSnapshot } from './incomplete-snapshot.ts';
import { readLine } from './records.ts';
import { type RemoteVerificationCounts, RemoteVerifier } from './remote-verifier.ts';
import { KeyAgreement } from './sealing.ts';
import type { Snapshot } from './snapshot.ts';
import { StsSessionCredentials, servicesParameter } from './sts-session-credentials.ts';
import { TimeSlice } from './time-slice.ts';
import { wipe } from './wipe.ts';

/** Options of {@link openSnapshotSource}. */
export interface SnapshotOptions extends ControlPlaneOptions {
  /**
   * Maximum age of the copy in milliseconds, after which every lookup is refused. Default: 5 minutes;
   * minimum: 15 seconds.
   */
  readonly maxStalenessMs?: number;
  /**
   * RAM codes of the services that this process protects, in any letter case. The copy contains the keys that
   * these need, among those of the registered services. Default: all registered services. See `setServices`.
   */
  readonly services?: readonly string[];
  /** Monotonic clock, in milliseconds. Default: the system's. */
  readonly monotonicNow?: () => number;
  /** Default: the system's. */
  readonly timer?: Timer;
  /** From 0 to 1, so that guards do not all reconnect at the same time. Default: the system's. */
  readonly random?: () => number;
  /** Called whenever the copy or the connection has changed. Must not throw. */
  readonly onChange?: (state: SnapshotState) => void;
}

/** State of a copy. */
export interface SnapshotState {
  /**
   * `loading`: no copy yet. `current`: connected, every change arrives. `away`: the copy is used although the
   * control plane is unreachable. `stale`: it has been unreachable for too long, every lookup is refused.
   */
  readonly phase: 'loading' | 'current' | 'away' | 'stale' | 'closed';
  /** Milliseconds since the copy was known to be complete; infinite without a copy. */
  readonly age: number;
  /** Account of the copy; undefined without a copy. */
  readonly accountId: string | undefined;
  readonly accessKeys: number;
  readonly users: number;
  /** Memory of keys and users, in bytes. */
  readonly bytes: number;
  /** Last connection error; undefined while connected. */
  readonly problem: string | undefined;
}

const MIN_STALENESS_MS = 15_000;

/** Maximum silence of a control plane in milliseconds; it sends a heartbeat every 5 seconds. */
const MAX_SILENCE_MS = 10_000;

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;

/**
 * Opens a copy of an account's credentials and keeps it up to date.
 *
 * @throws RangeError that names the invalid setting
 * @example
 * const source = openSnapshotSource({ server: 'https://claviger.example', accessKeyId, accessKeySecret });
 * await source.ready();
 * const guard = createGuard({ source, service });
 */
export function openSnapshotSource(options: SnapshotOptions): SnapshotSource {
  return new SnapshotSource(options);
}

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Credentials of one account, from memory. The control plane sends everything once, and then changes, over
 * one long connection. While it is unreachable the copy remains in use until it is too old; then every lookup
 * is refused until the connection is back. Created by {@link openSnapshotSource}.
 */
export class SnapshotSource implements CredentialSource {
  readonly #controlPlane: ControlPlane;
  readonly #maxStalenessMs: number;
  readonly #freshness: Freshness;
  readonly #timer: Timer;
  readonly #random: () => number;
  readonly #onChange: (state: SnapshotState) => void;
  readonly #sessions: StsSessionCredentials;
  readonly #remoteVerifier: RemoteVerifier;
  readonly #closing = new AbortController();
  #services: readonly string[] | undefined;
  /** Aborts the connection when the protected services change. */
  #changing = new AbortController();
  /** Whether the copy may contain keys of a service that is no longer protected. */
  #isTooWide = false;
  readonly #running: Promise<void>;
  #waiters: Waiter[] = [];
  #snapshot: Snapshot | undefined;
  #accountId = '';
  #cursor: string | undefined;
  #connected = false;
  #problem: Error | undefined;
  #failures = 0;

  constructor(options: SnapshotOptions) {
    const { maxStalenessMs = 5 * 60_000, now = Date.now } = options;
    if (!(maxStalenessMs >= MIN_STALENESS_MS)) {
      throw new RangeError(`invalid maxStalenessMs ${maxStalenessMs}: expected at least ${MIN_STALENESS_MS}`);
    }
    this.#controlPlane = new ControlPlane(options);
    this.#maxStalenessMs = maxStalenessMs;
    this.#freshness = new Freshness({ now, monotonicNow: options.monotonicNow ?? (() => performance.now()) });
    this.#timer = options.timer ?? systemTimer;
    this.#random = options.random ?? Math.random;
    this.#onChange = (state) => {
      try {
        options.onChange?.(state);
      } catch (error) {
        // An error of the listener ends neither the replication nor the process.
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    };
    this.#sessions = new StsSessionCredentials(this.#controlPlane, () => this.#accountId, now);
    this.#remoteVerifier = new RemoteVerifier(this.#controlPlane, now);
    this.#services = options.services && normalized(options.services);
    this.#sessions.services = this.#services;
    this.#running = this.#run();
  }

  find(accessKeyId: string, securityToken: string | undefined): CredentialLookup | Promise<CredentialLookup> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined || this.#isStale()) return 'ServiceUnavailable.CredentialsStale';
    if (accessKeyId.startsWith('STS.')) return this.#sessions.find(accessKeyId, securityToken);
    try {
      const credential = snapshot.find(accessKeyId);
      if (credential === undefined) return 'InvalidAccessKeyId.NotFound';
      if (securityToken !== undefined && securityToken !== '') {
        return 'InvalidSecurityToken.MismatchWithAccessKey';
      }
      return credential;
    } catch (error) {
      if (!(error instanceof IncompleteSnapshot)) throw error;
      this.#problem = error;
      return 'ServiceUnavailable.CredentialsStale';
    }
  }

  /** Has the control plane verify a signature; it can verify every one, and discloses no secret. */
  async confirm(question: SignatureQuestion): Promise<SignatureAnswer> {
    const credential = await this.find(question.accessKeyId, question.securityToken);
    if (typeof credential === 'string') return { confirmed: false, problem: credential };
    return this.#remoteVerifier.verify(question, credential.principal.arn);
  }

  /**
   * Changes the protected services. It reconnects; the old copy is overwritten once the new one is complete,
   * or once it is too old.
   *
   * @param services RAM codes, in any letter case; at least one
   * @throws RangeError if empty
   */
  setServices(services: readonly string[]): void {
    const before = this.#services;
    const next = normalized(services);
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(next)) return;
    this.#services = next;
    this.#sessions.services = next;
    this.#sessions.forgetAll();
    this.#isTooWide ||= before === undefined || before.some((service) => !next.includes(service));
    this.#changing.abort();
    this.#changing = new AbortController();
  }

  /** Signatures that the control plane was asked to verify. */
  get questions(): RemoteVerificationCounts {
    return this.#remoteVerifier.counts;
  }

  /** Present state of the copy. */
  get state(): SnapshotState {
    const snapshot = this.#snapshot;
    return {
      phase: this.#phase(),
      age: this.#freshness.age(),
      accountId: snapshot && this.#accountId,
      accessKeys: snapshot?.keys ?? 0,
      users: snapshot?.users ?? 0,
      bytes: snapshot?.bytes ?? 0,
      problem: this.#problem?.message,
    };
  }

  /**
   * Resolves once there is a copy.
   *
   * @throws ControlPlaneRefusal if the control plane refuses permanently: the key is wrong, or not that of
   *   a registered guard, or the guard is disabled. Connecting is still retried now and then
   * @throws Error if it is closed
   */
  async ready(): Promise<void> {
    if (this.#closing.signal.aborted) throw closed();
    if (this.#snapshot !== undefined) return;
    // Retry timers do not keep the process alive: one that only waits here would exit.
    const keepAlive = setInterval(() => {}, MAX_RETRY_MS);
    try {
      await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    } finally {
      clearInterval(keepAlive);
    }
  }

  /** Ends the connection and overwrites the copy; every lookup is refused from then on. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#controlPlane.close();
    this.#settle(closed());
    this.#problem = undefined;
    await this.#discard();
  }

  /** Overwrites and drops the copy. */
  async #discard(): Promise<void> {
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    this.#cursor = undefined;
    this.#freshness.lost();
    this.#sessions.forgetAll();
    if (snapshot !== undefined) await wipe(snapshot);
  }

  #phase(): SnapshotState['phase'] {
    if (this.#closing.signal.aborted) return 'closed';
    if (this.#snapshot === undefined) return 'loading';
    if (this.#isStale()) return 'stale';
    return this.#connected ? 'current' : 'away';
  }

  #isStale(): boolean {
    return this.#freshness.age() > this.#maxStalenessMs;
  }

  /** Connects and reconnects. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const changed = this.#changing.signal;
      try {
        await this.#follow(changed);
      } catch (error) {
        if (changed.aborted) continue;
        const problem = error instanceof Error ? error : new Error(String(error));
        this.#problem = problem;
        if (problem instanceof ControlPlaneRefusal && problem.isFinal) this.#settle(problem);
        if (wasRemoved(problem) || (this.#isTooWide && this.#isStale())) await this.#discard();
      }
      this.#connected = false;
      if (signal.aborted) return;
      this.#onChange(this.state);
      const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(this.#failures++, 10), MAX_RETRY_MS);
      await this.#sleep(delay * (0.5 + this.#random() / 2), AbortSignal.any([signal, changed]));
    }
  }

  #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const wake = () => {
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.#timer(wake, milliseconds);
      signal.addEventListener('abort', wake);
    });
  }

  /** Follows one connection from its request to its end. @throws Error with the reason of its end */
  async #follow(changed: AbortSignal): Promise<never> {
    const silence = new AbortController();
    const ended = AbortSignal.any([this.#closing.signal, changed, silence.signal]);
    const agreement = new KeyAgreement();
    const opened = this.#freshness.moment();
    const response = await this.#controlPlane.open(
      'ReplicateCredentials',
      {
        PublicKey: agreement.publicKey,
        GuardVersion: SOFTWARE_VERSION,
        ...servicesParameter(this.#services),
        ...(this.#cursor === undefined ? {} : { Cursor: this.#cursor }),
      },
      ended,
    );
    let heard = true;
    let cancelWatch = () => {};
    const watch = () => {
      if (!heard) silence.abort();
      heard = false;
      cancelWatch = this.#timer(watch, MAX_SILENCE_MS);
    };
    watch();
    const connection = new Connection(agreement, this.#controlPlane);
    try {
      await this.#read(response, connection, opened, ended, () => {
        heard = true;
      });
      throw new Error('the control plane has ended the connection');
    } catch (error) {
      if (silence.signal.aborted) throw new Error('the control plane is silent', { cause: error });
      throw error;
    } finally {
      cancelWatch();
      response.destroy();
      await connection.discard();
    }
  }

  async #read(
    response: IncomingMessage,
    connection: Connection,
    opened: Moment,
    ended: AbortSignal,
    heard: () => void,
  ): Promise<void> {
    const turn = new TimeSlice();
    for await (const piece of response) {
      heard();
      for (const lines of connection.read(piece as Buffer)) {
        for (const line of lines) this.#take(line, connection, opened);
        await turn.yieldIfSpent();
        if (ended.aborted) return;
      }
    }
  }

  #take(line: string, connection: Connection, opened: Moment): void {
    if (line === '') return;
    const record = readLine(line);
    switch (record[0]) {
      case 'begin':
        connection.begin(record[1], this.#snapshot !== undefined && this.#accountId === connection.accountId);
        return;
      case 'stale':
        connection.stale.push(...record.slice(1));
        return;
      case 'commit': {
        const [, cursor, sinceOpened, behind] = record;
        this.#commit(connection, cursor);
        this.#freshness.wholeAt(opened, sinceOpened - behind);
        this.#committed();
        return;
      }
      default:
        connection.add(record);
    }
  }

  #commit(connection: Connection, cursor: string): void {
    const { loading } = connection;
    if (loading !== undefined) {
      const old = this.#snapshot;
      this.#snapshot = loading;
      this.#isTooWide = false;
      connection.loading = undefined;
      if (old !== undefined) void wipe(old);
    } else {
      const changes = connection.takeChanges();
      try {
        if (changes.length > 0) this.#snapshot!.apply(changes);
      } catch (error) {
        // Perhaps partly applied: it is used for no decision any more, and the next connection starts over.
        void this.#discard();
        throw error;
      }
    }
    if (this.#accountId !== connection.accountId || !this.#connected) this.#sessions.forgetAll();
    else this.#sessions.forget(connection.stale);
    connection.stale.length = 0;
    this.#accountId = connection.accountId;
    this.#cursor = cursor;
  }

  #committed(): void {
    if (this.#isStale())
      throw new Error('this node of the control plane has not heard of changes for too long');
    this.#connected = true;
    this.#failures = 0;
    this.#problem = undefined;
    this.#settle(undefined);
    this.#onChange(this.state);
  }

  #settle(error: Error | undefined): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { resolve, reject } of waiters) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }
}

/** Whether the guard was removed: it must not keep any keys then. */
function wasRemoved(error: Error): boolean {
  return error instanceof ControlPlaneRefusal && error.code === 'InvalidAccessKeyId.NotFound';
}

/** Returns the services in canonical form. @throws RangeError if empty */
function normalized(services: readonly string[]): readonly string[] {
  if (services.length === 0) throw new RangeError('invalid services: the list is empty');
  return [...new Set(services.map((service) => service.toLowerCase()))].sort();
}

function closed(): Error {
  return new Error('the copy of credentials is closed');
}
