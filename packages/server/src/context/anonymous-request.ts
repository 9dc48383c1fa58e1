import type { Account } from './account.ts';
import type { Scope } from './scope.ts';
import type { Services } from './services.ts';

/** A request that needs no signature: what is known before it has proven anything. */
export interface AnonymousRequest {
  /** Upper-case UUID; also the id of the audit event. */
  readonly requestId: string;
  /** Milliseconds since the epoch; the same throughout the request. */
  readonly now: number;
  readonly sourceAddress: string;
  /** Named network of the address (`--vpc`). */
  readonly vpcId?: string | undefined;
  /** Whether the connection is TLS. */
  readonly secure: boolean;
  readonly services: Services;
}

/** An anonymous request with the scope of the account that its proof is about. */
export type ProvenAnonymousRequest = AnonymousRequest & Scope;

/** What an anonymous request has proven: at least the account that the operation works on. */
export interface Proof {
  readonly account: Account;
}
