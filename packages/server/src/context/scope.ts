import type { Principal } from '@claviger/guard';
import type { Change, Queries } from '../store/store.ts';
import type { Account } from './account.ts';
import type { Services } from './services.ts';

/** What a rule of the domain may read and change: one account, at one moment, in one transaction. */
export interface Scope {
  /** Milliseconds since the epoch; the same throughout the request. */
  readonly now: number;
  /** The account that every entity belongs to. */
  readonly account: Account;
  /** Of a write: its transaction. Of a read: committed data. */
  readonly queries: Queries;
  readonly services: Services;
  /** Notes which cached data the transaction makes stale; writes only. */
  changed(topic: Change['topic'], subject: string): void;
  /** Names an affected resource in the audit event: `ACS::RAM::User`, its name. */
  touched(resourceType: string, name: string): void;
  /**
   * Adds a warning to the answer, in the header `x-claviger-warning`; kept when the request is refused later.
   * @param text one sentence in English, without values that may be secret (`Warnings.add`)
   */
  warn(text: string): void;
}

/** Scope of a call, with the principal that makes it. */
export interface CallerScope extends Scope {
  readonly principal: Principal;
}
