import type { Principal } from '@claviger/guard';
import type { Identity } from '@claviger/guard/internal';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import type { GuardConnections } from '../guards/guard-connections.ts';
import type { StreamPlaces } from './open-streams.ts';
import type { SharedReads } from './shared-reads.ts';

/** Services of replication. */
export interface ReplicationServices extends Services {
  /** Replication streams that are open on this node. */
  readonly replicationStreams: StreamPlaces;
  /** Reads that the streams of this node share. */
  readonly replicationReads: SharedReads;
  /** Guards that are connected to this node. */
  readonly guardConnections: GuardConnections;
}

/** Scope of a guard's signed call. */
export interface ReplicationContext extends Scope {
  /** Upper-case UUID; also the id of the audit event. */
  readonly requestId: string;
  readonly principal: Principal;
  readonly identity: Identity;
  readonly services: ReplicationServices;
}

/** Context of a replication stream, which outlasts the decision that allowed it. */
export interface ReplicationStreamContext extends ReplicationContext {
  /** Returns whether the caller is still allowed: its credential is valid, and its permissions allow the operation. */
  stillAllowed(): Promise<boolean>;
}
