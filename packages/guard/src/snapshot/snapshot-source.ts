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

/** How to reach the control plane, and how long to go on without it. */
export interface SnapshotOptions extends ControlPlaneOptions {
  /**
   * How old the copy may be, in milliseconds, before every lookup is refused; 5 minutes unless given, 15 seconds at
   * least.
   */
  readonly maxStalenessMs?: number;
  /**
   * RAM codes of the services that this process protects, in any case. The copy verifies only keys that these need, of
   * those that the guard is registered for; all of the registered ones unless given. See `setServices`.
   */
  readonly services?: readonly string[];
  /** Milliseconds since some moment, never set; the system's unless given. */
  readonly monotonicNow?: () => number;
  /** The system's unless given. */
  readonly timer?: Timer;
  /** From 0 to 1, so that guards do not all come back at the same moment; the system's unless given. */
  readonly random?: () => number;
  /** Told whenever the copy or the connection has changed. Must not throw. */
  readonly onChange?: (state: SnapshotState) => void;
}

/** How a copy stands. */
export interface SnapshotState {
  /**
   * `loading`: there is no copy yet. `current`: connected, every change arrives. `away`: the copy is used although
   * the control plane cannot be heard. `stale`: it has not been heard for too long, every lookup is refused.
   */
  readonly phase: 'loading' | 'current' | 'away' | 'stale' | 'closed';
  /** Milliseconds since the copy was known to be whole; infinite while there is none. */
  readonly age: number;
  /** Of the copy; undefined while there is none. */
  readonly accountId: string | undefined;
  readonly accessKeys: number;
  readonly users: number;
  /** The memory that keys and users take. */
  readonly bytes: number;
  /** Why the control plane could not be heard, the last time; undefined while it is. */
  readonly problem: string | undefined;
}

const MIN_STALENESS_MS = 15_000;

/** A control plane says something every 5 seconds. One that says nothing for this long, or twice it, is away. */
const MAX_SILENCE_MS = 10_000;

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;

/**
 * Opens a copy of an account's credentials, and keeps it like the original.
 *
 * @throws RangeError when a setting cannot be used; it names the setting
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
 * Credentials of one account, from memory. The control plane sends everything once, and from then on what changes,
 * over one long connection. While it is away the copy goes on to be used until it is too old; then every lookup is
 * refused, until the control plane is back. Made by {@link openSnapshotSource}.
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
  /** Ends the connection when other services are to be protected. */
  #changing = new AbortController();
  /** Whether the copy may verify keys of a service that is not protected any more. */
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
      throw new RangeError(`maxStalenessMs: ${maxStalenessMs} is less than ${MIN_STALENESS_MS}`);
    }
    this.#controlPlane = new ControlPlane(options);
    this.#maxStalenessMs = maxStalenessMs;
    this.#freshness = new Freshness({ now, monotonicNow: options.monotonicNow ?? (() => performance.now()) });
    this.#timer = options.timer ?? systemTimer;
    this.#random = options.random ?? Math.random;
    this.#onChange = options.onChange ?? (() => {});
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

  /** Asks the control plane: it has what verifies every signature, and tells of none. */
  async confirm(question: SignatureQuestion): Promise<SignatureAnswer> {
    const credential = await this.find(question.accessKeyId, question.securityToken);
    if (typeof credential === 'string') return { confirmed: false, problem: credential };
    return this.#remoteVerifier.verify(question, credential.principal.arn);
  }

  /**
   * Protects other services from now on. It connects again; the copy is replaced and overwritten when the new one is
   * there, or once it is too old to be used.
   * @param services RAM codes, in any case; at least one
   * @throws RangeError when there is none
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

  /** How many signatures the control plane was asked about. */
  get questions(): RemoteVerificationCounts {
    return this.#remoteVerifier.counts;
  }

  /** How the copy stands now. */
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
   * Resolves when there is a copy.
   *
   * @throws ControlPlaneRefusal when the control plane refuses in a way that does not pass by itself: the key is wrong,
   *   or it is no registered guard's, or that guard is disabled. It is tried again all the same, now and then
   * @throws Error when it is closed
   */
  async ready(): Promise<void> {
    if (this.#closing.signal.aborted) throw closed();
    if (this.#snapshot !== undefined) return;
    // The pauses between attempts keep no process alive: one that waits here, and for nothing else, would end.
    const keepAlive = setInterval(() => {}, MAX_RETRY_MS);
    try {
      await new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    } finally {
      clearInterval(keepAlive);
    }
  }

  /** Ends the connection and overwrites the copy; every lookup is refused from now on. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#controlPlane.close();
    this.#settle(closed());
    this.#problem = undefined;
    await this.#discard();
  }

  /** Lets go of the copy and overwrites it. */
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

  /** Connects, again and again. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const changed = this.#changing.signal;
      try {
        await this.#follow(changed);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (changed.aborted) continue;
        this.#problem = error;
        if (error instanceof ControlPlaneRefusal && error.isFinal) this.#settle(error);
        if (wasRemoved(error) || (this.#isTooWide && this.#isStale())) await this.#discard();
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

  /** One connection, from its request to its end. @throws Error that says why it has ended */
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
        // Perhaps applied by half: nothing is decided by it any more, and the next connection begins anew.
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

/** A guard that was removed is none any more: it has no business with keys, whoever runs it. */
function wasRemoved(error: Error): boolean {
  return error instanceof ControlPlaneRefusal && error.code === 'InvalidAccessKeyId.NotFound';
}

/** @throws RangeError when there is none */
function normalized(services: readonly string[]): readonly string[] {
  if (services.length === 0) throw new RangeError('services: it names no service');
  return [...new Set(services.map((service) => service.toLowerCase()))].sort();
}

function closed(): Error {
  return new Error('the copy of credentials is closed');
}
