import type { ParsedSignature } from '@claviger/signature';
import { readAccount } from '../accounts/account-directory.ts';
import { Refusal } from '../errors/refusal.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { Queries, WriteTransaction } from '../store/store.ts';
import type { InputOf, ParameterMap } from '../wire/parameter.ts';
import { authenticateSession, presentedSession } from './authenticate-session.ts';
import { authenticateSignature, reauthenticateSignature } from './authenticate-signature.ts';
import { withConditions } from './demand-conditions.ts';
import { createDenial } from './denial.ts';
import type { Call, Operation, StreamOperation } from './operation.ts';
import { createScope, type RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';
import { withStoredNames } from './stored-resource.ts';

/**
 * Authenticates a request by its signature or by its console session; a request with both is refused.
 * @throws Refusal, SignatureRefused
 */
export function authenticateCaller(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: Operation | StreamOperation,
  signature: ParsedSignature,
): Promise<CallerIdentity> {
  const cookies = presentedSession(dependencies, context);
  return cookies === undefined
    ? authenticateSignature(dependencies, context, operation, signature)
    : authenticateSession(dependencies, context, operation, signature, cookies);
}

/**
 * Authenticates the caller again, in the transaction of a write: a credential that was revoked while the write waited
 * must not pass.
 * @throws Refusal
 */
export async function reauthenticateCaller(
  dependencies: RequestDependencies,
  context: RequestContext,
  identity: CallerIdentity,
  signature: ParsedSignature,
  queries: Queries,
): Promise<CallerIdentity> {
  switch (identity.by) {
    case 'signature':
      return reauthenticateSignature(dependencies, identity, signature, queries);
    case 'session':
      return dependencies.sessionAuthenticator.reauthenticate(context.request, identity, queries);
  }
}

/**
 * Creates the call of an authenticated caller. A write reads the account in its transaction, not from memory.
 *
 * @param transaction `undefined` for a read
 */
export async function createCall(
  { services }: RequestDependencies,
  context: RequestContext,
  identity: CallerIdentity,
  transaction: WriteTransaction | undefined,
): Promise<Call> {
  const { accountId } = identity.principal;
  const known =
    transaction === undefined
      ? services.accounts.get(accountId)
      : readAccount(transaction.queries, accountId);
  const account = known instanceof Promise ? await known : known;
  if (account === undefined) throw new Refusal('InvalidAccessKeyId.NotFound');
  return {
    ...createScope(services, context, account, transaction),
    requestId: context.requestId,
    principal: identity.principal,
    identity,
  };
}

/**
 * Asserts that operations for guards are called by guards, and that guards call nothing else.
 * @throws Refusal NoPermission.Guard, NoPermission.NotGuard
 */
function assertCallerKind({ callers, name }: Operation | StreamOperation, { principal }: Call): void {
  const isGuard = principal.type === 'guard';
  if (isGuard === (callers === 'guards')) return;
  throw new Refusal(isGuard ? 'NoPermission.Guard' : 'NoPermission.NotGuard', { action: name });
}

/**
 * Asserts that the policies of the caller allow everything that the operation demands.
 * @throws Refusal NoPermission
 */
export async function authorize(
  { guard }: RequestDependencies,
  operation: Operation | StreamOperation,
  input: InputOf<ParameterMap>,
  call: Call,
): Promise<void> {
  assertCallerKind(operation, call);
  const named = await withStoredNames(call.queries, await operation.authorize(input, call));
  const demands = await withConditions(operation, input, call, named);
  const authorization = guard.authorize(call.identity, demands);
  if (!authorization.allowed) throw await createDenial(call, authorization.demand, authorization.decision);
}
