import type { GuardRequest, Principal } from '@claviger/guard';
import { RequestSpan } from '@claviger/guard/internal';
import type { ParsedSignature } from '@claviger/signature';
import type { CallRecord } from '../audit/audit-event.ts';
import type { Account } from '../context/account.ts';
import type { Scope } from '../context/scope.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { WriteTransaction } from '../store/store.ts';
import type { Format } from '../wire/encoding.ts';
import { Warnings } from '../wire/warnings.ts';
import type { AnyOperation, ConsoleOutcome } from './operation.ts';
import type { ServerServices } from './server-services.ts';

/**
 * State of a request, filled in by the steps of the pipeline, and the source of its audit record, whatever the
 * outcome.
 */
export interface RequestContext {
  readonly request: GuardRequest;
  readonly requestId: string;
  readonly time: number;
  /** Monotonic clock, ms. */
  readonly began: number;
  /** `undefined` if requests are not traced. */
  readonly span: RequestSpan | undefined;
  format: Format;
  action: string;
  version: string;
  operation: AnyOperation | undefined;
  signature: ParsedSignature | undefined;
  identity: CallerIdentity | undefined;
  /** Account that an anonymous operation works on, once that is proven. */
  account: Account | undefined;
  /** Principal that an anonymous operation has opened a session for. */
  actor: Principal | undefined;
  accessKeyId: string;
  /** Sign-in name that was tried, for console operations. */
  attempt: CallRecord['attempt'];
  /** Type of the audit event, for console operations. */
  event: ConsoleOutcome['event'];
  cookies: readonly string[];
  touched: [string, string][];
  readonly warnings: Warnings;
}

/**
 * Creates the context of a request that has just arrived.
 * @param time milliseconds since the epoch
 */
export function createRequestContext(request: GuardRequest, requestId: string, time: number): RequestContext {
  return {
    request,
    requestId,
    time,
    began: performance.now(),
    span: RequestSpan.start(request.method, request.rawHeaders),
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
    warnings: new Warnings(),
  };
}

/** Creates the scope of a request's operation. @param transaction `undefined` for a read */
export function createScope(
  services: ServerServices,
  context: RequestContext,
  account: Account,
  transaction: WriteTransaction | undefined,
): Scope & { readonly services: ServerServices } {
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
  };
}
