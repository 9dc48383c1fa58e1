import type { GuardRequest, Principal } from '@claviger/guard';
import type { ParsedSignature } from '@claviger/signature';
import type { CallRecord } from '../audit/audit-event.ts';
import type { Account } from '../context/account.ts';
import type { Services } from '../context/services.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { WriteTransaction } from '../store/store.ts';
import type { Format } from '../wire/encoding.ts';
import { Warnings } from '../wire/warnings.ts';
import { ComputedBeforehand } from './computed-beforehand.ts';
import type { AnyOperation, ConsoleOutcome, Scope } from './operation.ts';

/** What is known of a request so far; filled in along the dependencies, and written down whatever becomes of it. */
export interface RequestContext {
  readonly request: GuardRequest;
  readonly requestId: string;
  readonly time: number;
  /** A clock that is never set, in milliseconds. */
  readonly began: number;
  format: Format;
  action: string;
  version: string;
  operation: AnyOperation | undefined;
  signature: ParsedSignature | undefined;
  identity: CallerIdentity | undefined;
  /** Of an anonymous operation: whose account it works on, once that is proven. */
  account: Account | undefined;
  /** Of an anonymous operation: as whom the visitor goes on. */
  actor: Principal | undefined;
  accessKeyId: string;
  /** Of the console's door: as whom somebody tried to sign in. */
  attempt: CallRecord['attempt'];
  /** Of the console's door: what the audit calls it. */
  event: ConsoleOutcome['event'];
  cookies: readonly string[];
  touched: [string, string][];
  computed: ComputedBeforehand | undefined;
  readonly warnings: Warnings;
}

/**
 * A request that has just arrived.
 * @param time milliseconds since the epoch
 */
export function createRequestContext(request: GuardRequest, requestId: string, time: number): RequestContext {
  return {
    request,
    requestId,
    time,
    began: performance.now(),
    format: 'JSON',
    action: '',
    version: '',
    operation: undefined,
    signature: undefined,
    identity: undefined,
    account: undefined,
    actor: undefined,
    accessKeyId: '',
    attempt: undefined,
    event: undefined,
    cookies: [],
    touched: [],
    computed: undefined,
    warnings: new Warnings(),
  };
}

/** What the operation of a request may see and do. @param transaction undefined for a read */
export function createScope(
  services: Services,
  context: RequestContext,
  account: Account,
  transaction: WriteTransaction | undefined,
): Scope {
  const { accountId } = account;
  return {
    now: context.time,
    account,
    queries: transaction?.queries ?? services.store.queries,
    services,
    changed: (topic, subject) => {
      if (transaction === undefined) throw new Error('a read operation changed something');
      transaction.changed({ accountId, topic, subject });
    },
    touched: (resourceType, name) => context.touched.push([resourceType, name]),
    warn: (text) => context.warnings.add(text),
    computed: (name, compute) => {
      if (transaction === undefined) throw new Error('only a write has something computed beforehand');
      context.computed ??= new ComputedBeforehand();
      return context.computed.take(name, compute);
    },
  };
}
