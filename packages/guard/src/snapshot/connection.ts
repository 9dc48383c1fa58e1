import type { ControlPlane } from '../control-plane/control-plane.ts';
import { FrameReader } from './frames.ts';
import { type Hello, type ReplicationRecord, UnknownRecord } from './records.ts';
import { type KeyAgreement, Opener } from './sealing.ts';
import { Snapshot } from './snapshot.ts';
import { wipe } from './wipe.ts';

/** Data received over one connection and not committed yet. */
export class Connection {
  readonly #agreement: KeyAgreement;
  readonly #controlPlane: ControlPlane;
  readonly #frames = new FrameReader();
  #opener: Opener | undefined;
  #begun = false;
  #changes: ReplicationRecord[] = [];
  accountId = '';
  /** Snapshot that is still incomplete. */
  loading: Snapshot | undefined;
  readonly stale: string[] = [];

  constructor(agreement: KeyAgreement, controlPlane: ControlPlane) {
    this.#agreement = agreement;
    this.#controlPlane = controlPlane;
  }

  /** Reads a chunk. @returns the lines of each complete frame */
  *read(piece: Buffer): Generator<readonly string[]> {
    for (const frame of this.#frames.read(piece)) {
      if (this.#opener === undefined) this.#opener = this.#greet(frame);
      else yield this.#opener.open(frame).toString().split('\n');
    }
  }

  /**
   * Begins a snapshot or a set of changes. @param hasCopy whether there is a copy of this account to change
   */
  begin(what: 'everything' | 'changes', hasCopy: boolean): void {
    if (this.#begun || (what === 'changes' && !hasCopy)) {
      throw new UnknownRecord('an unexpected `begin`');
    }
    this.#begun = true;
    if (what === 'everything') this.loading = new Snapshot();
  }

  add(record: ReplicationRecord): void {
    if (!this.#begun) throw new UnknownRecord('a record before `begin`');
    if (this.loading !== undefined) this.loading.apply([record]);
    else this.#changes.push(record);
  }

  takeChanges(): readonly ReplicationRecord[] {
    if (!this.#begun) throw new UnknownRecord('a `commit` before `begin`');
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** Overwrites uncommitted data. */
  async discard(): Promise<void> {
    const { loading } = this;
    this.loading = undefined;
    if (loading !== undefined) await wipe(loading);
  }

  #greet(frame: Buffer): Opener {
    let hello: Partial<Hello>;
    try {
      hello = JSON.parse(frame.toString()) as Partial<Hello>;
    } catch {
      throw new UnknownRecord('a greeting that is not JSON');
    }
    const { Protocol, AccountId, ConnectionId, PublicKey } = hello;
    if (Protocol !== 1) throw new UnknownRecord(`the protocol ${Protocol}`);
    if (AccountId === undefined || ConnectionId === undefined || PublicKey === undefined) {
      throw new UnknownRecord('an incomplete greeting');
    }
    this.accountId = AccountId;
    const key = this.#agreement.key(PublicKey, {
      purpose: 'replication',
      accountId: AccountId,
      accessKeyId: this.#controlPlane.accessKeyId,
      connectionId: ConnectionId,
      sharedSecret: this.#controlPlane.sharedSecret('replication'),
    });
    return new Opener(key);
  }
}
