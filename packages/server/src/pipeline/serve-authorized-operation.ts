import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { isSteppedUp } from '../session/step-up.ts';
import { readAccountProtection } from '../settings/account-protection.ts';
import { type InputOf, type ParameterMap, readInput } from '../wire/parameter.ts';
import { auditedWrite } from './audited-write.ts';
import { authenticateCaller, authorize, createCall, reauthenticateCaller } from './authenticate-caller.ts';
import { takeCall } from './call-rate.ts';
import { recordOf } from './call-record.ts';
import type { Answer, Call, Operation, WriteOperation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';
import { proofNeeded } from './security-effect.ts';

/** Of an operation that a caller needs permission for, whichever way it has proven who it is. */
export async function serveAuthorizedOperation(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: Operation,
  signature: ParsedSignature,
): Promise<Answer> {
  const { audit, guard } = dependencies;
  const identity = await authenticateCaller(dependencies, context, operation, signature);
  context.identity = identity;
  takeCall(dependencies.services, identity, context.time);
  if (operation.sessionOnly !== undefined && identity.by !== 'session') {
    throw new Refusal('SessionOnly', { action: operation.name });
  }

  const input = readInput(operation.input, signature.parameters);
  if (operation.access === 'write') {
    return auditedWrite(dependencies, context, async (transaction) => {
      const caller = await reauthenticateCaller(
        dependencies,
        context,
        identity,
        signature,
        transaction.queries,
      );
      return perform(
        dependencies,
        operation,
        input,
        await createCall(dependencies, context, caller, transaction),
      );
    });
  }
  const call = await createCall(dependencies, context, identity, undefined);
  const answer = await perform(dependencies, operation, input, call);
  const written = audit.append(recordOf(guard, context, answer, undefined));
  if (written !== undefined) await written;
  return answer;
}

async function perform(
  dependencies: RequestDependencies,
  operation: Operation,
  input: InputOf<ParameterMap>,
  call: Call,
): Promise<Answer> {
  await authorize(dependencies, operation, input, call);
  if (operation.access === 'write') await assertProofOfPresence(operation, input, call);
  return operation.handle(input, call);
}

/**
 * Refuses a change that asks for more than a session of the console or an AccessKey.
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
