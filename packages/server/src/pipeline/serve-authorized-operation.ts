import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { isSteppedUp } from '../session/step-up.ts';
import { readAccountProtection } from '../settings/account-protection.ts';
import { change } from './audited-write.ts';
import { takeCall } from './call-rate.ts';
import { recordOf } from './call-record.ts';
import { admitCaller, authorize, callOf, stillAdmitted } from './authenticate-caller.ts';
import type { Journey } from './request-context.ts';
import type { Answer, Call, Operation, WriteOperation } from './operation.ts';
import { type InputOf, type ParameterMap, readInput } from '../wire/parameter.ts';
import type { Road } from './request-dependencies.ts';
import { proofNeeded } from './security-effect.ts';

/** Of an operation that a caller needs permission for, whichever way it has proven who it is. */
export async function serveCall(
  road: Road,
  journey: Journey,
  operation: Operation,
  signature: ParsedSignature,
): Promise<Answer> {
  const { audit, guard } = road;
  const identity = await admitCaller(road, journey, operation, signature);
  journey.identity = identity;
  takeCall(road.services, identity, journey.time);
  if (operation.sessionOnly !== undefined && identity.by !== 'session') {
    throw new Refusal('SessionOnly', { action: operation.name });
  }

  const input = readInput(operation.input, signature.parameters);
  if (operation.access === 'write') {
    return change(road, journey, async (transaction) => {
      const caller = await stillAdmitted(road, journey, identity, signature, transaction.queries);
      return perform(road, operation, input, await callOf(road, journey, caller, transaction));
    });
  }
  const call = await callOf(road, journey, identity, undefined);
  const answer = await perform(road, operation, input, call);
  const written = audit.append(recordOf(guard, journey, answer, undefined));
  if (written !== undefined) await written;
  return answer;
}

async function perform(
  road: Road,
  operation: Operation,
  input: InputOf<ParameterMap>,
  call: Call,
): Promise<Answer> {
  await authorize(road, operation, input, call);
  if (operation.access === 'write') await refuseUnproven(operation, input, call);
  return operation.handle(input, call);
}

/**
 * Refuses a change that asks for more than a session of the console or an AccessKey.
 * @throws Refusal StepUpRequired in a console session without a step-up; Forbidden.CredentialChange by key, where the
 *   account has set that credential changes need a second factor
 */
async function refuseUnproven(
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
