import { inSpan } from '@claviger/guard/internal';
import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import { isSteppedUp } from '../session/step-up.ts';
import { readAccountProtection } from '../settings/account-protection.ts';
import type { Answer } from '../wire/answer.ts';
import { type InputOf, type ParameterMap, readInput } from '../wire/parameter.ts';
import { auditedWrite } from './audited-write.ts';
import { authenticateCaller, authorize, createCall, reauthenticateCaller } from './authenticate-caller.ts';
import { takeCall } from './call-rate.ts';
import { createCallRecord } from './call-record.ts';
import type { Call, Operation, ReadOperation, WriteOperation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';
import { proofNeeded } from './security-effect.ts';

/** Serves an operation that needs permission, for a signed request or a console session. */
export async function serveAuthorizedOperation(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: Operation,
  signature: ParsedSignature,
): Promise<Answer> {
  const identity = await inSpan('authenticate', () =>
    authenticateCaller(dependencies, context, operation, signature),
  );
  context.identity = identity;
  await takeCall(dependencies.services, identity, context.time);
  if (operation.sessionOnly !== undefined && identity.by !== 'session') {
    throw new Refusal('SessionOnly', { action: operation.name });
  }

  const input = readInput(operation.input, signature.parameters);
  return operation.access === 'read'
    ? serveRead(dependencies, context, operation, input, identity)
    : serveWrite(dependencies, context, operation, input, identity, signature);
}

async function serveRead(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: ReadOperation,
  input: InputOf<ParameterMap>,
  identity: CallerIdentity,
): Promise<Answer> {
  const { audit, guard } = dependencies;
  const call = await createCall(dependencies, context, identity, undefined);
  await inSpan('authorize', () => authorize(dependencies, operation, input, call));
  const answer = await inSpan('read', async () => operation.handle(input, call));
  const written = audit.append(createCallRecord(guard, context, answer, undefined));
  if (written !== undefined) await inSpan('write audit record', () => written);
  return answer;
}

/** Serves a write. It is authorised before `prepare`, on committed data, and again in its transaction. */
async function serveWrite(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: WriteOperation,
  input: InputOf<ParameterMap>,
  identity: CallerIdentity,
  signature: ParsedSignature,
): Promise<Answer> {
  const admit = async (call: Call) => {
    await inSpan('authorize', () => authorize(dependencies, operation, input, call));
    await assertProofOfPresence(operation, input, call);
  };
  let prepared: unknown;
  if (operation.prepare !== undefined) {
    const call = await createCall(dependencies, context, identity, undefined);
    await admit(call);
    prepared = await operation.prepare(input, call);
  }
  return auditedWrite(dependencies, context, async (transaction) => {
    const { queries } = transaction;
    const caller = await reauthenticateCaller(dependencies, context, identity, signature, queries);
    const call = await createCall(dependencies, context, caller, transaction);
    await admit(call);
    return operation.handle(input, call, prepared);
  });
}

/**
 * Asserts that the caller has proven its presence where the change requires more than a console session or an
 * AccessKey.
 * @throws Refusal StepUpRequired in a console session without a step-up; Forbidden.CredentialChange by key, where the
 *   account has set that credential changes need a second factor
 */
async function assertProofOfPresence(
  operation: WriteOperation,
  input: InputOf<ParameterMap>,
  call: Call,
): Promise<void> {
  const { needsStepUp, protectedByKey } = proofNeeded(operation.security, input);
  switch (call.identity.by) {
    case 'signature': {
      if (!protectedByKey || call.identity.mfaPresent === true) return;
      const protection = await readAccountProtection(call.queries, call.account.accountId);
      if (protection.credentialChangesNeedMfa) throw new Refusal('Forbidden.CredentialChange');
      return;
    }
    case 'session':
      if (needsStepUp && !isSteppedUp(call.identity.session, call.now)) throw new Refusal('StepUpRequired');
  }
}
