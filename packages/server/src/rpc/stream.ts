import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { recordOf } from './call-record.ts';
import { admitCaller, authorize, callOf } from './caller.ts';
import type { Journey } from './journey.ts';
import type { OpenedStream, StreamCall, StreamOperation } from './operation.ts';
import { type InputOf, type ParameterMap, readInput } from './parameter.ts';
import type { Road } from './road.ts';
import { withStoredNames } from './stored-resource.ts';

/** Of an operation that answers a stream: written down before its first byte is sent. */
export async function openStream(
  road: Road,
  journey: Journey,
  operation: StreamOperation,
  signature: ParsedSignature,
): Promise<OpenedStream> {
  const identity = await admitCaller(road, journey, operation, signature);
  journey.identity = identity;
  if (identity.by !== 'signature') throw new Refusal('SignatureOnly', { action: operation.name });
  const input = readInput(operation.input, signature.parameters);
  const call = { ...(await callOf(road, journey, identity, undefined)), identity };
  await authorize(road, operation, input, call);
  const streamCall: StreamCall = {
    ...call,
    stillAllowed: () => isStillAllowed(road, operation, input, streamCall),
  };
  const opened = await operation.open(input, streamCall);
  try {
    await road.audit.append(recordOf(road.guard, journey, {}, undefined));
  } catch (unwritten) {
    opened.close();
    throw unwritten;
  }
  return opened;
}

/** Whether a caller that was admitted a while ago would be admitted now. */
async function isStillAllowed(
  { guard }: Road,
  operation: StreamOperation,
  input: InputOf<ParameterMap>,
  call: StreamCall,
): Promise<boolean> {
  const identity = await guard.renew(call.identity);
  if (identity === undefined) return false;
  const renewed = { ...call, identity, principal: identity.principal, now: identity.now };
  const demands = await withStoredNames(renewed.queries, await operation.authorize(input, renewed));
  return guard.authorize(identity, demands).allowed;
}
